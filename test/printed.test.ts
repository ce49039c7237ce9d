/** What watches over secrets in the output of tests finds them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder } from './support/project.ts';
import { leaks, secretsOf } from './support/printed.ts';

test.each([
  ['as it is', (value: string) => `error: ${value}`],
  ['as JSON', (value: string) => JSON.stringify({ x: value })],
  ['in a URL', (value: string) => `https://x/?${encodeURIComponent(value)}`],
  ['in a header', (value: string) => Buffer.from(`user:${value}`).toString('base64')],
])('%s', (_, print) => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'cluster.yaml'), 'tfstate_password: "a \\"word\\" of mine"\ntfstate_username: someone\n');
  writeFileSync(join(folder, 'age.key'), '# x\nAGE-SECRET-KEY-1ABC\n');
  const secrets = secretsOf(folder, { TF_VAR_proxmox_api_token_secret: 'of the environment', PATH: '/usr/bin' });
  expect(secrets.map(([where]) => where)).toEqual(['tfstate_password', 'TF_VAR_proxmox_api_token_secret', 'age.key']);
  for (const [where, value] of secrets) {
    expect(leaks(['someone', print(value)], [[where, value]])).toEqual([`${where}: ${print(value)}`]);
    expect(leaks(['someone', '***'], [[where, value]])).toEqual([]);
  }
});
