import { expect, test } from 'vitest';
import { isMadeByTemplate } from '../../scripts/render/made-by-template.ts';
import type { Template, TemplateScope } from '../../scripts/types.ts';

const template = (scope: TemplateScope, target: string): Template => ({
  path: `templates/${scope}/${target}`,
  scope,
  kind: null,
  target,
  bytes: new Uint8Array(),
  executable: false,
  builtIn: true,
});

const TEMPLATES = [
  template('project', 'infrastructure/secrets.sops.yaml.njk'),
  template('project', 'talos/[node].sops.yaml.njk'),
  template('stack', 'copied+.sops.yaml'),
];

test.each([
  ['infrastructure/secrets.sops.yaml', true],
  ['talos/k8s-cp-1.sops.yaml', true],
  ['infrastructure/tofu/copied+.sops.yaml', true],
  ['cluster.sops.yaml', false],
  ['secrets.sops.yaml', false],
  ['x/infrastructure/secrets.sops.yaml', false],
  ['infrastructure/secretsXsops.yaml', false],
  ['talos/deeper/k8s-cp-1.sops.yaml', false],
  ['copied+.sops.yaml', false],
])('%s: %s', (path, made) => {
  expect(isMadeByTemplate(path, TEMPLATES)).toBe(made);
});
