/** A program that makes one transaction, as a JSON file says, and says what came of it. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { replaceAll } from '../../scripts/system/transaction.ts';

interface File {
  readonly path: string;
  readonly text: string | null;
  readonly executable?: boolean;
}

const [root = '', plan = ''] = process.argv.slice(2);
const wanted = (JSON.parse(readFileSync(plan, 'utf8')) as File[]).map(({ path, text, executable = false }) => ({
  path,
  bytes: text === null ? null : Buffer.from(text),
  executable,
}));
const { ok, problems } = await replaceAll(wanted, root);
process.stdout.write(JSON.stringify({ ok, codes: problems.map(({ code }) => code) }));
