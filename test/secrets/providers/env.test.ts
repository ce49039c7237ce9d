import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checked, refused } from '../../../scripts/problem.ts';
import { readDotenv } from '../../../scripts/secrets/providers/dotenv.ts';
import { envProvider, variableName } from '../../../scripts/secrets/providers/env.ts';
import { given, problemOf } from './support.ts';

describe('the environment', () => {
  const variables = new Map([
    ['NIGARI_TOKEN', 'one'],
    ['NIGARI_vars', 'nobody’s'],
    ['NIGARI_', 'nobody’s'],
    ['TOKEN', 'two'],
    ['PATH', '/bin'],
  ]);
  const provider = (prefix: string) => envProvider(null, prefix, async () => checked(variables));

  test('has a variable for each name', async () => {
    expect(variableName('proxmox_api_token_secret', 'NIGARI_')).toBe('NIGARI_PROXMOX_API_TOKEN_SECRET');
    expect(variableName('some/path#key.a-b@c[0]', '')).toBe('SOME_PATH_KEY_A_B_C_0_');
    expect(given(await provider('NIGARI_').get('token'))).toBe('one');
    expect(given(await provider('').get('token'))).toBe('two');
  });

  test('lists the names that it has', async () => {
    expect(await provider('NIGARI_').list()).toMatchObject({ value: ['token'] });
    expect(await provider('').list()).toMatchObject({ value: ['nigari_', 'nigari_token', 'path', 'token'] });
  });

  test('says which variable is missing', async () => {
    expect(problemOf(await provider('NIGARI_').get('password'))).toEqual({
      code: 'secret-missing',
      severity: 'error',
      message: 'the environment (prefix NIGARI_) has no secret password',
      hint: 'export NIGARI_PASSWORD',
    });
  });

  test('a file that cannot be read is one problem', async () => {
    const gone = { code: 'secrets-file-missing', severity: 'error', message: 'gone', hint: 'make it' } as const;
    const file = envProvider('.env', '', async () => refused(gone));
    expect(problemOf(await file.get('token'))).toEqual(gone);
    expect(problemOf(await file.list())).toEqual(gone);
  });
});

const read = (text: string | Uint8Array) => readDotenv({ path: '.env', bytes: Buffer.from(text) });
const valueOf = (text: string): string | undefined => {
  const variables = read(text);
  return variables.ok ? variables.value.get('A') : undefined;
};

describe('a .env file', () => {
  test.each([
    ['A=plain', 'plain'],
    ['A=', ''],
    ['A=  blanks at both ends \t', 'blanks at both ends'],
    ['  export\tA = exported', 'exported'],
    ['A=a#b', 'a#b'],
    ['A=#b', '#b'],
    ['A=a # comment', 'a'],
    ['A= # comment', ''],
    ['A=it\'s "so"', 'it\'s "so"'],
    ['A=$HOME ${HOME} `ls`', '$HOME ${HOME} `ls`'],
    ['A=back\\nslash', 'back\\nslash'],
    ["A='as it\\n is # $'", 'as it\\n is # $'],
    ["A='two\nlines' # comment", 'two\nlines'],
    ['A="\\n\\r\\t\\"\\\\\\$ \\x"', '\n\r\t"\\$ \\x'],
    ['A="two\nlines"', 'two\nlines'],
    ['A=""', ''],
    ['\ufeffA=marked', 'marked'],
    ['# comment\r\n\r\nA="two\r\nlines"\r\n', 'two\nlines'],
    ['A=first\nB=x\nA=last', 'last'],
    ['B="x"\n  # comment\nA=1', '1'],
  ])('%j is %j', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  test.each([
    ['no name', 'A=1\nhunter2\n', 2],
    ['a name with a blank', 'MY A=hunter2', 1],
    ['a name that begins with a digit', '1A=hunter2', 1],
    ['an open quote', '\nA="hunter2\nB=1\n', 2],
    ['an open single quote', "A='hunter2", 1],
    ['text behind a quote', 'A="hunter2"hunter2', 1],
    ['a comment without a blank', "A='hunter2'#hunter2", 1],
  ])('with %s is refused at its line, which is not repeated', (_, text, line) => {
    expect(problemOf(read(text), ['hunter2'])).toMatchObject({ code: 'dotenv-syntax', file: '.env', line });
  });

  test('that is not UTF-8 is refused', () => {
    expect(problemOf(read(Buffer.from([0x41, 0x3d, 0xff]))).code).toBe('not-utf8');
  });

  test('of any size is read', () => {
    const long = 'x y\\'.repeat(500_000);
    expect(valueOf(`A='${long}'`)).toBe(long);
    expect(valueOf(`A="${long.replaceAll('\\', '\\\\')}"`)).toBe(long);
    expect(valueOf(`A=${long}`)).toBe(long);
    expect(problemOf(read(`A="${long}x`)).code).toBe('dotenv-syntax');
  });

  test('gives back what was quoted', () => {
    const doubly = (text: string): string =>
      `A="${text.replace(/[\\"\n\r]/g, (char) => ({ '\n': '\\n', '\r': '\\r' })[char] ?? `\\${char}`)}"`;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!/\p{Surrogate}/u.test(text));
        expect(valueOf(doubly(text))).toBe(text);
        const bare = text.replace(/['\r]/g, '');
        expect(valueOf(`A='${bare}'`)).toBe(bare);
      }),
    );
  });

  test('gives values or one problem, whatever it holds', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A ="'\\\n#x$]{0,20}$/), (text) => {
        const variables = read(text);
        if (!variables.ok) problemOf(variables);
      }),
    );
  });
});
