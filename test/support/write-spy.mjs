/**
 * Loaded into nigari by `node --import`: looks at every byte that goes to a file, by whatever function of node:fs, and
 * ends the process with code 99 when a secret is among them. The secrets are in NIGARI_SPY_SECRETS, one per line; the
 * key file, which `init` writes in clear by design, is exempt.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const secrets = (process.env.NIGARI_SPY_SECRETS ?? '').split('\n').filter(Boolean);
const exempt = /(^|[\\/])age\.key$/;
const files = new Map();
let seen = 0;

const bytesOf = (data) =>
  typeof data === 'string'
    ? data
    : Buffer.isBuffer(data) || ArrayBuffer.isView(data)
      ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')
      : String(data);

function inspect(target, data) {
  const path = typeof target === 'number' ? (files.get(target) ?? '') : String(target);
  if (target === 1 || target === 2 || exempt.test(path)) return;
  seen += 1;
  const text = bytesOf(data);
  const found = secrets.find(
    (secret) => text.includes(secret) || text.includes(Buffer.from(secret).toString('latin1')),
  );
  if (found === undefined) return;
  process._rawDebug(`write-spy: a secret was written in clear to ${path}`);
  process.reallyExit(99);
}

function wrap(object, name, targetOf) {
  const original = object[name];
  object[name] = function (...args) {
    inspect(targetOf(this, args), args[targetOf === handleOf ? 0 : 1]);
    return original.apply(this, args);
  };
}

const firstArgument = (_, args) => args[0];
const handleOf = (handle) => files.get(handle.fd) ?? handle.fd;

for (const name of [
  'write',
  'writeSync',
  'writeFile',
  'writeFileSync',
  'appendFile',
  'appendFileSync',
  'writev',
  'writevSync',
])
  wrap(fs, name, firstArgument);
for (const name of ['writeFile', 'appendFile']) wrap(fs.promises, name, firstArgument);

const openHandle = fs.promises.open;
let wrapped = false;
fs.promises.open = async function (path, ...rest) {
  const handle = await openHandle.call(this, path, ...rest);
  files.set(handle.fd, String(path));
  if (!wrapped) {
    wrapped = true;
    const prototype = Object.getPrototypeOf(handle);
    for (const name of ['write', 'writeFile', 'appendFile', 'writev']) wrap(prototype, name, handleOf);
  }
  return handle;
};
for (const name of ['openSync']) {
  const original = fs[name];
  fs[name] = function (path, ...rest) {
    const fd = original.call(this, path, ...rest);
    files.set(fd, String(path));
    return fd;
  };
}
syncBuiltinESMExports();

process.on('exit', () => {
  if (process.env.NIGARI_SPY_COUNT) process._rawDebug(`write-spy: ${seen} writes`);
});
