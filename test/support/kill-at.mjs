/**
 * Loaded into a program by `node --import`: ends it by SIGKILL at its NIGARI_KILL_AT-th call of node:fs that changes
 * something on the disk, before that call; of a text that is to be written the first half is written. With
 * NIGARI_FAIL=rename:3 the third such call fails as on a broken disk.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const killAt = Number(process.env.NIGARI_KILL_AT ?? 0);
const [failing = '', failAt = '0'] = (process.env.NIGARI_FAIL ?? '').split(':');
const calls = new Map();
let count = 0;

const die = () => process.kill(process.pid, 'SIGKILL');

/** @param half does the first half of a call that can be done by halves */
function before(name, half) {
  count += 1;
  if (count === killAt) {
    half?.();
    die();
  }
  const times = (calls.get(name) ?? 0) + 1;
  calls.set(name, times);
  if (name !== failing || times !== Number(failAt)) return;
  throw Object.assign(new Error('made to fail'), { code: 'EIO', syscall: name });
}

const halfOf = (data) => Buffer.from(data).subarray(0, Math.floor(Buffer.from(data).length / 2));
const makes = (flags) => typeof flags === 'string' && flags !== 'r';

function wrap(object, name, { when = () => true, half } = {}) {
  const original = object[name];
  object[name] = function (...args) {
    const call = () => {
      if (when(...args)) before(name.replace(/Sync$/, ''), half && (() => half(this, ...args)));
      return original.apply(this, args);
    };
    // What fails of an asynchronous function is its promise.
    return object === fs ? call() : (async () => call())();
  };
}

const whole = ['rename', 'unlink', 'mkdir', 'rmdir', 'rm', 'chmod', 'symlink'];
for (const name of whole) {
  wrap(fs, `${name}Sync`);
  wrap(fs.promises, name);
}
const { writeSync, openSync, writeFileSync } = fs;
const byHalves = (path, data, options) => writeFileSync(path, halfOf(data), options);
wrap(fs, 'writeFileSync', { half: (_, path, data, options) => byHalves(path, data, options) });
wrap(fs.promises, 'writeFile', { half: (_, path, data, options) => byHalves(path, data, options) });
wrap(fs, 'openSync', { when: (_, flags) => makes(flags) });
for (const name of ['fchmodSync', 'fsync']) wrap(fs, name);

const { open } = fs.promises;
let wrapped = false;
fs.promises.open = async function (path, flags, ...rest) {
  if (makes(flags)) before('open', () => void openSync(path, flags, ...rest));
  const handle = await open.call(this, path, flags, ...rest);
  if (!wrapped) {
    wrapped = true;
    const prototype = Object.getPrototypeOf(handle);
    wrap(prototype, 'writeFile', { half: (file, data) => writeSync(file.fd, halfOf(data)) });
    for (const name of ['write', 'sync', 'chmod']) wrap(prototype, name);
  }
  return handle;
};
syncBuiltinESMExports();
