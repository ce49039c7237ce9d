/** Runs the benches that are named, or all of them; prints their tables and writes them into the page. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import process from 'node:process';
import { configure } from './configure.ts';
import { makejinja } from './makejinja.ts';
import { measure } from './measure.ts';
import { section, withSection } from './results.ts';
import { scale } from './scale.ts';
import { secrets } from './secrets.ts';
import { talos } from './talos.ts';

const BENCHES = { configure, makejinja, scale, secrets, talos };

const [tools = '', page = '', ...named] = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) throw new Error(`no bench is called ${unknown.join(', ')}: ${Object.keys(BENCHES).join(', ')}`);

const day = new Date().toISOString().slice(0, 10);
const conditions = `Node ${process.versions.node}, ${availableParallelism()} cores, ${process.platform} ${process.arch}, load ${loadavg()[0]?.toFixed(1)} before, ${day}`;
for (const [name, start] of Object.entries(BENCHES)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const bench = await start(tools);
  if (bench === null) process.stdout.write(`${name}: passed over, a program is missing; see bench/README.md\n`);
  if (bench === null) continue;
  const { cases, against, load, end } = bench;
  const measured = measure(cases);
  end();
  const made = section({ name, against, load, conditions, measured });
  process.stdout.write(`${made}\n`);
  writeFileSync(page, withSection(existsSync(page) ? readFileSync(page, 'utf8') : null, made));
}
