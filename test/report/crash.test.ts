import { expect, test } from 'vitest';
import { crashText } from '../../scripts/report/crash.ts';

const SECRET = 'planted secret';

/** Thrown here, so that this file is among its frames. */
function thrown(message: string, Kind: new (message: string) => Error = TypeError): Error {
  return new Kind(message);
}

test.each([
  ['a message', thrown(`cannot use ${SECRET}`)],
  ['a message of several lines', thrown(`cannot use\n${SECRET}\n    at ${SECRET} (file:///x.js:1:1)\nthere`)],
  ['properties', Object.assign(thrown('x'), { stdout: SECRET, cause: new Error(SECRET), code: SECRET })],
  ['a message that was changed', Object.assign(thrown(SECRET), { message: 'other' })],
  ['no message', thrown('')],
])('of an error with %s its kind and place are told', (_, error) => {
  const text = crashText(error, '1.2.3');
  expect(text).not.toContain('planted');
  expect(text).toMatch(/^TypeError; its message is not shown/);
  expect(text).toMatch(/^ {4}at thrown \(.*crash\.test\.ts:\d+:\d+\)$/m);
  expect(text).toContain('this is a bug in nigari 1.2.3');
});

test('whoever asks gets the message', () => {
  expect(crashText(thrown(SECRET), '1.2.3', true)).toMatch(/^TypeError: planted secret\n {4}at thrown /);
});

test('codes are told, and what is thrown need not be an error', () => {
  expect(crashText(Object.assign(thrown('x'), { code: 'ERR_INVALID_ARG_VALUE' }), '1')).toContain(
    'TypeError (ERR_INVALID_ARG_VALUE); its message',
  );
  expect(crashText(SECRET, '1')).toMatch(/^a thrown string; its message is not shown/);
  expect(crashText(undefined, '1')).not.toContain('planted');
});
