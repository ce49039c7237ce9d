import { expect, test } from 'vitest';
import { format } from '../../scripts/render/format.ts';
import { isGenerated, withHeader } from '../../scripts/render/header.ts';
import { languageOf } from '../../scripts/render/languages/index.ts';
import { isSealedPath } from '../../scripts/render/render.ts';
import { verify } from '../../scripts/render/verify.ts';
import type { Artifact, Model } from '../../scripts/types.ts';

const model = {
  cluster: { cluster_name: 'demo', node_dns_servers: ['1.1.1.1'], vars: { accent: 'e\u0301' } },
  nodes: [{ name: 'cp-1', vm_cores: 4, mtu: null }],
  instances: [{ directory: 'infrastructure/tofu', images: [{ key: 'k' }] }],
} as unknown as Model;

function artifact(path: string, text: string, builtIn = true): Artifact {
  const template = `templates/project/${path}.njk`;
  return {
    path,
    template,
    language: languageOf(path),
    bytes: new TextEncoder().encode(text),
    secret: isSealedPath(path),
    executable: false,
    builtIn,
  };
}

const codes = async (...artifacts: Artifact[]): Promise<string[]> =>
  (await verify(artifacts, model)).map(({ code }) => code);

test.each([
  ['a.tf', 'x = 1\n', []],
  ['a.tf', 'x = = 1\n', ['output-unparsable']],
  ['a.tf', 'x = "a\n', ['output-unparsable']],
  ['a.yaml', 'a: 1\n', []],
  ['a.yaml', 'a: [1\n', ['output-unparsable']],
  ['a.yaml', 'a: 1\na: 2\n', ['output-unparsable']],
  ['a.json', '{"a": 1}', []],
  ['a.json', '{"a": 1,}', ['output-unparsable']],
  ['a.yaml', `a: &a 1\nb: [${'*a,'.repeat(5000)}]\n`, []],
  ['con.txt', '', ['path-outside']],
  ['a/LPT1', '', ['path-outside']],
  ['a./b.tf', '', ['path-outside']],
  ['a /b.tf', '', ['path-outside']],
  ['console.txt', '', []],
  ['../a.tf', '', ['path-outside']],
  ['/a.tf', '', ['path-outside']],
  ['a/../../b.tf', '', ['path-outside']],
  ['a\\b.tf', '', ['path-outside']],
  ['c:b.tf', '', ['path-outside']],
  ['cluster.yaml', '', ['path-reserved']],
  ['.GIT/hooks/pre-commit.tf', '', ['path-reserved']],
  ['templates/x.tf', '', ['path-reserved']],
  ['git~1/hooks/pre-commit.tf', '', ['path-reserved']],
  ['sub/.sops.yaml', '', ['path-reserved']],
])('%s with %j', async (path, text, expected) => expect(await codes(artifact(path, text))).toEqual(expected));

test.each([
  ['a/main.tf', 'a/Main.tf'],
  ['caf\u00e9.tf', 'cafe\u0301.tf'],
])('%s and %s collide, on every file system', async (one, other) => {
  expect(await codes(artifact(one, ''), artifact(other, ''))).toEqual(['path-collision']);
});

test('what does not parse is told at the line of the template that it came from', async () => {
  const at = (line: number) => ({ file: 'templates/project/_part.tf.njk', line });
  const made = { ...artifact('a.tf', '# header\n\nx = 1\ny = = 2\n'), lines: [null, null, at(7), at(9)] };
  const place = { file: 'templates/project/_part.tf.njk', line: 9, column: 1 };
  expect(await verify([made], model)).toMatchObject([{ code: 'output-unparsable', ...place }]);
});

test.each(['{"a": ', '{"a": 1,\n}', '[\n1\n2]'])('of %j too the line is known', async (text) => {
  const made = { ...artifact('a.json', text), lines: [1, 2, 3].map((line) => ({ file: 'x', line })) };
  expect(await verify([made], model)).toMatchObject([
    { file: 'x', line: text.startsWith('[') ? 3 : text.split('\n').length },
  ]);
});

test('a file cannot be a folder as well', async () => {
  expect(await codes(artifact('a/README.md/z.txt', ''), artifact('a/README.md', ''))).toEqual(['path-collision']);
});

test.each([
  ['cluster_name = "demo"', []],
  ['cluster_name = "other"', ['output-differs']],
  ['cluster_name = "\\"demo\\""', ['output-differs']],
  ['own = "anything"', []],
  ['node_dns_servers = ["1.1.1.1"]', []],
  ['node_dns_servers = ["1.1.1.1", "x"]', ['output-differs']],
  ['nodes = [{ name = "cp-1", mtu = null }]', []],
  ['nodes = [{ name = "cp-1", vm_cores = "4" }]', ['output-differs']],
  ['nodes = [{ name = "cp-1", typo = 1 }]', ['output-differs']],
  ['nodes = []', ['output-differs']],
  ['images = [{ key = "k" }]', []],
  ['images = [{ key = "j" }]', ['output-differs']],
  ['vars = { accent = "\u00e9" }', []],
])('variable values say what the model says: %s', async (text, expected) => {
  expect(await codes(artifact('infrastructure/tofu/terraform.tfvars', `${text}\n`))).toEqual(expected);
});

test('a problem of a sealed file quotes nothing of it', async () => {
  const problems = await verify([artifact('s.sops.yaml', 'a: "planted-secret\n')], model);
  expect(problems).toHaveLength(1);
  expect(JSON.stringify(problems)).not.toContain('planted');
});

test("HCL of a user's template is formatted, ours and what does not parse is left alone", async () => {
  const [theirs, ours, broken] = await format([
    artifact('a.tf', 'x=1\n', false),
    artifact('b.tf', 'x=1\n'),
    artifact('c.tf', 'x = = 1\n', false),
  ]);
  const text = (made: Artifact | undefined): string => new TextDecoder().decode(made?.bytes);
  expect([text(theirs), text(ours), text(broken)]).toEqual(['x = 1\n', 'x=1\n', 'x = = 1\n']);
});

test('the header is known again in every comment syntax, also behind a BOM, and nothing else is', () => {
  for (const language of ['hcl', 'yaml', 'text'] as const) {
    expect(isGenerated(new TextEncoder().encode(withHeader(language, 'templates/x.njk', 'x')))).toBe(true);
  }
  expect(isGenerated(new TextEncoder().encode(`\ufeff${withHeader('hcl', 'templates/x.njk', 'x')}`))).toBe(true);
  expect(isGenerated(new TextEncoder().encode('x = "Generated by nigari from "'))).toBe(false);
  expect(isGenerated(new TextEncoder().encode('# mine\n# Generated by nigari from x'))).toBe(false);
  expect(withHeader('json', 'templates/x.njk', '{}')).toBe('{}');
});
