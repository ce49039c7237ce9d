/** No secret is ever told: by no verb, whether it is done, refused or crashes; to no child but in its environment. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERBS } from '../../scripts/verbs.ts';
import type { Verb, VerbGroup } from '../../scripts/verbs/verb.ts';
import { fakeTofu } from '../support/fake-tofu.ts';
import { leaksBelow, plant } from '../support/planted.ts';
import { emptyFolder, nigari, type Run } from '../support/project.ts';

const planted = plant();
const AGE_KEY = /AGE-SECRET-KEY-[A-Z0-9-]*[A-Z0-9]{10}/;

function expectNothingTold({ all }: Run): void {
  expect(planted.foundIn(all)).toEqual([]);
  expect(all).not.toMatch(AGE_KEY);
}

/** A sealed project that each test gets a copy of. */
const template = mkdtempSync(join(tmpdir(), 'nigari-test-'));
afterAll(() => rmSync(template, { recursive: true }));
beforeAll(() => {
  for (const [path, text] of Object.entries(planted.files)) writeFileSync(join(template, path), text);
  for (const { status, all } of ['init', 'configure'].map((verb) => nigari(template, [verb])))
    if (status !== 0) throw new Error(all);
});

function sealed(): string {
  const folder = emptyFolder();
  cpSync(template, folder, { recursive: true });
  return folder;
}

/** Every verb by itself: those that want more are refused, and must not tell anything either. */
const callsOf = (verb: Verb | VerbGroup, path: readonly string[]): readonly (readonly string[])[] =>
  'run' in verb ? [[...path, verb.name]] : verb.verbs.flatMap((inner) => callsOf(inner, [...path, verb.name]));

/** What is worth calling in another way. */
const MORE = [
  ['configure', '--force'],
  ['check', '--strict', '--format', 'sarif'],
  ['check', '--format', 'github'],
  ['explain', 'tfstate_password'],
  ['explain', 'proxmox_api_token_secret', '--json'],
  ['infra', 'plan', '--', '-detailed-exitcode'],
  ['guard', '--all'],
];
const CALLS = [...VERBS.flatMap((verb) => callsOf(verb, [])), ...MORE];

describe.skipIf(process.platform === 'win32')('every verb', () => {
  test.each(CALLS.map((call) => [call.join(' '), call] as const))('%s', (_, call) => {
    const folder = sealed();
    const { env, calls } = fakeTofu(folder);
    const says = { FAKE_SAYS: 'token $TF_VAR_proxmox_api_token_secret, password $TF_HTTP_PASSWORD' };
    const key = { SOPS_AGE_KEY: readFileSync(join(folder, 'age.key'), 'utf8') };
    const [head, tail] = call.includes('--')
      ? [call.slice(0, call.indexOf('--')), call.slice(call.indexOf('--'))]
      : [call, []];
    for (const options of [['--verbose'], ['--verbose', '--json']]) {
      expectNothingTold(nigari(folder, [...head, ...options, ...tail], { ...env, ...key, ...says }));
    }
    expect(leaksBelow(folder, planted).filter((path) => path !== 'fake-bin/calls')).toEqual([]);
    for (const { args } of calls()) expect(planted.foundIn(args.join('\n'))).toEqual([]);
    const sensitive = calls().flatMap(({ env }) => Object.keys(env).filter((name) => name.startsWith('SOPS_AGE_')));
    expect(sensitive).toEqual([]);
  });
});

describe('inputs that are wrong', () => {
  const { tfstate_password: password = '', proxmox_api_token_secret: token = '' } = planted.values;

  test.each<[string, Record<string, string>]>([
    ['broken YAML', { 'cluster.yaml': `${planted.files['cluster.yaml']}x: [${password}\n` }],
    ['a secret that is a list', { 'cluster.yaml': `tfstate_password: [${JSON.stringify(password)}]\n` }],
    ['a secret behind a mistyped key', { 'cluster.yaml': `tfstate_pasword: ${JSON.stringify(password)}\n` }],
    [
      'a secret twice',
      { 'cluster.yaml': `${planted.files['cluster.yaml']}tfstate_password: ${JSON.stringify(password)}\n` },
    ],
    ['a template that prints it', { 'templates/project/x.txt.njk': '#{ cluster.tfstate_password }#' }],
    ['a template that computes with it', { 'templates/project/x.txt.njk': '#{ cluster.tfstate_password + 1 }#' }],
    [
      'a sealed template that makes a key of it',
      { 'templates/project/x.sops.yaml.njk': 'a:\n  "#{ cluster.tfstate_password }#": 1\n' },
    ],
    [
      'a sealed template that is no YAML',
      { 'templates/project/x.sops.yaml.njk': 'a: ["#{ cluster.tfstate_password }#"\n' },
    ],
    ['a sealed file in clear', { 'infrastructure/secrets.sops.yaml': `tfstate_password: ${token}\n` }],
    ['a sealed file with a value in clear', { 'secrets.sops.yaml': `a: ${token}\nsops:\n  mac: x\n` }],
    ['a key that is cut', { 'age.key': 'AGE-SECRET-KEY-16YN0NYJ9SRLQ9UWN9G86UDZSCPCTRPWWHL6DDJUZ7\n' }],
  ])('%s', (_, files) => {
    const folder = sealed();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    for (const verb of ['configure', 'check --json', 'explain', 'secrets list'])
      expectNothingTold(nigari(folder, [...verb.split(' '), '--verbose'], { PATH: process.env['PATH'] ?? '' }));
  });
});

describe('a crash', () => {
  /** Preloaded: what is thrown holds a secret, wherever an error can hold one. */
  const THROW = `
    const error = new TypeError('cannot use\\n' + process.env.PLANTED + '\\n    at ' + process.env.PLANTED + ' (file:///x:1:1)');
    const thrown = Object.assign(error, { stdout: process.env.PLANTED, cause: new Error(process.env.PLANTED) });
    /** Not before nigari's first line. */
    const onceRunning = (act) => setImmediate(() => (process.listenerCount('uncaughtException') > 0 ? act() : onceRunning(act)));`;
  const HOOKS = {
    'inside of a command': `${THROW}
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      fs.lstatSync = () => { throw thrown; };
      syncBuiltinESMExports();`,
    'outside of it': `${THROW} onceRunning(() => { throw thrown; });`,
    'in a promise that nobody waits for': `${THROW} onceRunning(() => void Promise.reject(thrown));`,
  };

  test.each(Object.entries(HOOKS))('%s tells its place, not its message', (_, hook) => {
    const folder = sealed();
    writeFileSync(join(folder, 'hook.mjs'), hook);
    const env = { PLANTED: planted.values['proxmox_api_token_secret'] ?? '' };
    const node = ['--import', join(folder, 'hook.mjs')];
    for (const options of [[], ['--verbose', '--json']]) {
      const ended = nigari(folder, ['configure', '--force', ...options], env, node);
      expectNothingTold(ended);
      expect(ended.status, ended.all).toBe(1);
      expect(ended.stderr).toMatch(/^TypeError; its message is not shown/m);
      expect(ended.stderr).toMatch(/^ {4}at .*:\d+:\d+\)?$/m);
      expect(ended.stderr).toContain('this is a bug in nigari');
    }
    const asked = nigari(folder, ['configure'], { ...env, NIGARI_CRASH_MESSAGE: '1' }, node);
    expect(asked.stderr).toContain(env.PLANTED);
  });
});

test('the search finds what is told', () => {
  const { tfstate_password: password = '' } = planted.values;
  expect(planted.foundIn(`x${JSON.stringify(password)}`)).toEqual(['tfstate_password']);
  expect(planted.foundIn(Buffer.from(Buffer.from(password).toString('base64')))).toEqual(['tfstate_password']);
  expect(planted.foundIn('nothing')).toEqual([]);
});
