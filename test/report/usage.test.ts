import { Command, CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { withoutValue } from '../../scripts/report/usage.ts';

/** What commander says of one argument, through ours. */
function said(argument: string): string {
  let text = '';
  const command = new Command('it').option('--file <file>').option('-y, --yes').exitOverride();
  command.configureOutput({ outputError: (message) => void (text += withoutValue(message)) });
  expect(() => command.parse([argument], { from: 'user' })).toThrow(CommanderError);
  return text;
}

test.each([
  ['--x=planted value', "error: unknown option '--x=***'\n"],
  ['--fil=planted value', "error: unknown option '--fil=***'\n"],
  ['--yes=planted value', "error: unknown option '--yes=***'\n"],
  ["--x=planted='value'\nmore'", "error: unknown option '--x=***'\n"],
  ['-pplanted value', "error: unknown option '-p***'\n"],
  ['-p', "error: unknown option '-p'\n"],
  ['--x=', "error: unknown option '--x='\n"],
  ['--fils', "error: unknown option '--fils'\n(Did you mean --file?)\n"],
])('%j', (argument, expected) => {
  expect(said(argument)).toBe(expected);
});
