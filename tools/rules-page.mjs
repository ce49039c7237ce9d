#!/usr/bin/env node
/**
 * Writes docs/rules.md: every code of `nigari check` with what it says, why, and how it is mended. The codes come from
 * scripts/config/rules/catalogue.ts, what is said and the examples from test/fixtures/invalid.
 *
 *   node tools/rules-page.mjs            writes it
 *   node tools/rules-page.mjs --check    writes nothing; fails when it is stale
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const PAGE = join(root, 'docs/rules.md');
const FIXTURES = join(root, 'test/fixtures/invalid');

/** What the page needs of the source, which is TypeScript. */
const ENTRY = `
export { CATALOGUE } from './scripts/config/rules/catalogue.ts';
export { validate } from './scripts/config/validate.ts';
`;

async function loadSource() {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: root, loader: 'ts' },
    bundle: true,
    // The names of the rules' functions are their sentences.
    keepNames: true,
    format: 'esm',
    // The browser's build of `yaml` is modules alone, which a `data:` URL can hold.
    platform: 'neutral',
    external: ['node:*'],
    write: false,
    logLevel: 'warning',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const INTRO = `# What \`nigari check\` finds

<!-- Made by tools/rules-page.mjs from the rules and from test/fixtures/invalid; do not edit. -->

Each finding names its code. An **error** stops every command that needs the file; a **warning** and a **note** never do,
unless \`nigari check --strict\` makes errors of the warnings. Some warnings are errors for \`nigari infra plan\`: what a project
may lack while it is being written it may not lack when it is to run.

Most warnings, and errors that only you can judge, are silenced on one line by a comment there or above it:

\`\`\`yaml
proxmox_vm_advanced:
  scsi_hw: virtio-scsi-single # nigari-ignore: virtio-scsi-single it has run here for a year
\`\`\`

The code and a reason are both needed; \`--verbose\` shows what is silenced. \`nigari rules\` prints this list on a terminal. In the
examples a line with \`-\` is wrong, and the lines with \`+\` stand there instead when it is mended.
`;

const readFixture = async (code, file) => readFile(join(FIXTURES, code, file), 'utf8').catch(() => null);

async function fixture(code) {
  const names = ['cluster.yaml', 'nodes.yaml', 'cluster.sops.yaml'];
  const texts = await Promise.all(names.map(async (name) => [name, await readFixture(code, name)]));
  const found = texts.filter(([, text]) => text !== null);
  return found.length < 2 ? null : Object.fromEntries(found);
}

const MARK = ' # <- here';
const GONE = ' # <- too';
const INSTEAD = '#+';

/** What every fixture has, and says nothing where it is not part of the finding. */
const USUAL = [
  'node_cidr: 10.0.0.0/24',
  'cluster_api_addr: 10.0.0.10',
  'proxmox_api_url: https://pve.example.com:8006',
  'proxmox_node: pve',
  'proxmox_api_token_id: "fake@pve!nigari"',
  'proxmox_api_token_secret: 00000000-1111-2222-3333-444444444444',
];

/** The lines of a file as those of a diff. @param message tells which of the usual lines matter */
function diffLines(text, message) {
  return text.split('\n').flatMap((line, index) => {
    if (line === '' || (index === 0 && /^# .*\.$/.test(line))) return [];
    if (line.endsWith(MARK)) return [`-${line.slice(0, -MARK.length)}`];
    if (line.endsWith(GONE)) return [`-${line.slice(0, -GONE.length)}`];
    if (line.startsWith(INSTEAD)) return line === INSTEAD ? [] : [`+${line.slice(INSTEAD.length)}`];
    return USUAL.includes(line) && !message.includes(line.split(':')[0]) ? [] : [` ${line}`];
  });
}

/** The marked file; before it what matters of cluster.yaml, where the finding in nodes.yaml is about both. */
function example(texts, { file, message }) {
  const lines = diffLines(texts[file], message);
  const other = file === 'cluster.yaml' ? [] : diffLines(texts['cluster.yaml'], message);
  return other.length === 0 ? lines : [' # cluster.yaml', ...other, ` # ${file}`, ...lines];
}

const asSource = (path, text) => ({ ok: true, value: { path, bytes: new TextEncoder().encode(text) }, problems: [] });

function finding(validate, code, texts) {
  const [cluster, nodes, sealed] = Object.entries(texts).map(([path, text]) => asSource(path, text));
  const found = validate({ cluster, nodes, sealed }).problems.find((problem) => problem.code === code);
  if (found === undefined) throw new Error(`the fixture ${code} does not break its rule`);
  return found;
}

/** The sentence of a finding, without the place of its neighbour: the excerpt has other line numbers. */
const said = ({ message, hint }) => [
  '```text',
  message.replaceAll(/(?:,? at )?\b(?:cluster(?:\.sops)?|nodes)\.yaml:\d+:\d+/g, (place) =>
    place.replace(/:\d+:\d+$/, ':…'),
  ),
  `hint: ${hint}`,
  '```',
];

function properties({ severity, atPlan, silenceable }) {
  const kind = atPlan === undefined ? `**${severity}**` : `**${severity}**, at \`infra plan\` an **${atPlan}**`;
  return `${kind} · ${silenceable ? 'can be silenced' : 'cannot be silenced'}`;
}

async function section(entry, validate) {
  const { code, sentence, why } = entry;
  const head = ['', `### ${code}`, '', `${sentence}. ${properties(entry)}`, '', why];
  const texts = await fixture(code);
  if (texts === null) return head;
  const found = finding(validate, code, texts);
  return [...head, '', ...said(found), '', '```diff', ...example(texts, found), '```'];
}

async function page() {
  const { CATALOGUE, validate } = await loadSource();
  const groups = [];
  for (const { title, entries } of CATALOGUE) {
    const sections = await Promise.all(entries.map((entry) => section(entry, validate)));
    const contents = entries.map(
      ({ code, severity, sentence }) => `| [${code}](#${code}) | ${severity} | ${sentence} |`,
    );
    groups.push('', `## ${title}`, '', '| code | | |', '|---|---|---|', ...contents, ...sections.flat());
  }
  return `${INTRO}${groups.join('\n')}\n`;
}

async function main(argument) {
  const text = await page();
  if (argument !== '--check') {
    await mkdir(dirname(PAGE), { recursive: true });
    await writeFile(PAGE, text);
    return 0;
  }
  if ((await readFile(PAGE, 'utf8').catch(() => null)) === text) return 0;
  console.error(`${relative(root, PAGE)} is stale: run node tools/rules-page.mjs`);
  return 1;
}

process.exitCode = await main(process.argv[2]);
