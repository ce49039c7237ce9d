/** The faster lexer beside nunjucks' own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import lexer, { type Tokenizer } from 'nunjucks/src/lexer.js';
import { expect, test } from 'vitest';
import { lex } from '../../scripts/render/fast-lexer.ts';
import { ROOT } from '../support/copy.ts';

const OPTIONS = {
  trimBlocks: true,
  lstripBlocks: true,
  tags: {
    blockStart: '#%',
    blockEnd: '%#',
    variableStart: '#{',
    variableEnd: '}#',
    commentStart: '#|',
    commentEnd: '|#',
  },
};

/** Its tokens with their places, and what is wrong at their end. */
function tokensOf(tokens: Tokenizer): readonly unknown[] {
  const found: unknown[] = [];
  try {
    for (let token = tokens.nextToken(); token !== null; token = tokens.nextToken()) found.push(token);
    return found;
  } catch (error) {
    return [...found, (error as Error).message];
  }
}

function expectSame(text: string): void {
  expect(tokensOf(lex(text, OPTIONS))).toEqual(tokensOf(lexer.lex(text, OPTIONS)));
}

const TEMPLATES = readdirSync(join(ROOT, 'templates'), { recursive: true, encoding: 'utf8' });

test.each(TEMPLATES.filter((path) => path.endsWith('.njk')))('%s', (path) =>
  expectSame(readFileSync(join(ROOT, 'templates', path), 'utf8')),
);

const PIECE = fc.constantFrom(
  ...['#%', '%#', '#{', '}#', '#|', '|#', '#', '|', '{', '}', '%', '-', '\n', '\r\n', ' ', '  \n', '\u00a0', 'r/a/g'],
  ...[
    'a',
    'for x in y',
    '"x"',
    '"',
    '1',
    '1.5',
    '.b',
    '==',
    '<=',
    'true',
    'none',
    '[',
    ']',
    '\\',
    '^',
    'é',
    '~',
    'a b\n  ',
  ],
);

test('whatever is put together of pieces', () => {
  fc.assert(
    fc.property(fc.array(PIECE, { maxLength: 20 }), (pieces) => {
      expectSame(pieces.join(''));
    }),
    { numRuns: 3000 },
  );
});
