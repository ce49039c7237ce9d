import { describe, expect, test } from 'vitest';
import { recipientFault } from '../../../scripts/secrets/age/age.ts';
import { SAMPLE_RECIPIENT as ALICE } from '../sample.ts';

const BOB = 'age1f2unxly7lr2s9xvc5atr05cdu6h2uw7etu6pe2sgttxw5fg7c33sy4efn8';

describe('a recipient', () => {
  test.each([ALICE, BOB])('%s is sound', (recipient) => {
    expect(recipientFault(recipient)).toBeNull();
  });

  test('with any character changed it is not', () => {
    for (let at = 5; at < ALICE.length; at += 1) {
      const changed = ALICE.slice(0, at) + (ALICE[at] === 'q' ? 'p' : 'q') + ALICE.slice(at + 1);
      expect(recipientFault(changed)).not.toBeNull();
    }
  });

  /** Made with npm `@scure/base`, with and without the highest bit; OpenSSL agrees on nothing with any of them. */
  test.each([
    'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z',
    'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzqqsuwj9m',
    'age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya',
    'age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9',
    'age1t7wft09r2zxzfvwsk92eeql0tvzyghxytqwgapkcyf8dm5ylz8ts72fzt7',
    'age1anlllllllllllllllllllllllllllllllllllllllllllllllals4n2t7m',
    'age1ahlllllllllllllllllllllllllllllllllllllllllllllllllsh3g6la',
    'age1amlllllllllllllllllllllllllllllllllllllllllllllllalselrwrv',
  ])("%s is nobody's", (recipient) => {
    expect(recipientFault(recipient)).toBe('is no key: nobody can have the private one');
  });

  test.each(['', 'age1', 'AGE1', ALICE.toUpperCase(), ` ${ALICE}`, `${ALICE}q`, ALICE.slice(0, -1)])(
    '%j is not sound',
    (text) => {
      expect(recipientFault(text)).not.toBeNull();
    },
  );
});
