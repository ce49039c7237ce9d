/**
 * Loaded into nigari by `node --import`: tells which paths were read, listed or looked at by whatever function of node:fs, and
 * which variables of the environment, as lines of the file that NIGARI_SPY_READS names.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const report = process.env.NIGARI_SPY_READS;
const seen = new Set();
const { writeFileSync } = fs;

function note(target) {
  if (typeof target === 'string') seen.add(`file ${resolve(target)}`);
  else if (target instanceof URL) seen.add(`file ${fileURLToPath(target)}`);
}

function wrap(object, names) {
  for (const name of names) {
    const original = object[name];
    if (typeof original !== 'function') continue;
    object[name] = Object.assign(function (...args) {
      note(args[0]);
      return original.apply(this, args);
    }, original);
  }
}

const READING = ['access', 'lstat', 'open', 'opendir', 'readdir', 'readFile', 'readlink', 'realpath', 'stat'];
wrap(fs.promises, READING);
wrap(fs, [...READING, ...READING.map((name) => `${name}Sync`), 'existsSync', 'createReadStream']);
syncBuiltinESMExports();

process.env = new Proxy(process.env, {
  get(variables, name) {
    if (typeof name === 'string') seen.add(`variable ${name}`);
    return Reflect.get(variables, name);
  },
});

process.on('exit', () => writeFileSync(report, [...seen].join('\n')));
