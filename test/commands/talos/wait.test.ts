import { expect, test } from 'vitest';
import { waitFor, type Sight } from '../../../scripts/commands/talos/wait.ts';
import { Exit } from '../../../scripts/problem.ts';

const seen = (message: string): Sight<number> => ({ seen: { code: 'x', severity: 'error', message, hint: 'h' } });

async function waiting(seconds: number, ...sights: Sight<number>[]) {
  const told: string[] = [];
  const patience = { seconds, tell: (text: string) => void told.push(text) };
  const look = async (): Promise<Sight<number>> => sights.shift() ?? { found: 1 };
  const outcome = waitFor({ signal: new AbortController().signal }, patience, look);
  return { found: await outcome.catch((error: unknown) => error), told };
}

test('what is waited for is told, and taken back when it is there', async () => {
  expect(await waiting(60, seen('off'), { found: 42 })).toEqual({ found: 42, told: ['off', ''] });
});

test('a single look tells nothing: what was seen is the problem', async () => {
  expect(await waiting(0, seen('off'))).toMatchObject({
    found: { exitCode: Exit.otherProgram, problems: [{ message: 'off', hint: 'h' }] },
    told: [],
  });
});
