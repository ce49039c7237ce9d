/** Plain text and Markdown: values are printed as they are; there is nothing to break out of. */
import { assertWellFormed, type Grammar } from '../grammar.ts';
import { scalarText } from './json.ts';

export const text: Grammar<'text'> = {
  start: 'text',
  read: () => 'text',
  slot: () => ({
    print: (value) => {
      const printed = scalarText(value);
      assertWellFormed(printed);
      return printed;
    },
    after: 'text',
  }),
  broken: () => null,
  comment: (words) => `<!-- ${words} -->`,
};
