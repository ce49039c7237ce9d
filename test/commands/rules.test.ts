import { describe, expect, test } from 'vitest';
import type { Context } from '../../scripts/commands/context.ts';
import { rules } from '../../scripts/commands/rules.ts';
import { CODES } from '../../scripts/config/rules/catalogue.ts';
import { collectingReporter } from '../../scripts/system/terminal.ts';

async function run(json: boolean, ...args: readonly string[]) {
  const { reporter, heard } = collectingReporter();
  const exitCode = await rules({ reporter, json } as Context, args);
  return { exitCode, ...heard };
}

describe('without a code', () => {
  test('each is on a line, with its severity and sentence', async () => {
    const { exitCode, lines, results } = await run(false);
    expect({ exitCode, results }).toEqual({ exitCode: 0, results: [] });
    expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(CODES.length);
    expect(lines).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ {2}cidr-host-bits +error {4}Networks have no host bits$/)]),
    );
  });

  test('as data', async () => {
    const { lines, results } = await run(true);
    const { rules: list } = JSON.parse(results.join()) as { rules: readonly { code: string }[] };
    expect(lines).toEqual([]);
    expect(list.map(({ code }) => code)).toEqual(CODES);
  });
});

describe('of a code', () => {
  test('there is to say why, and how to silence it', async () => {
    expect((await run(false, 'edge-blanks')).lines).toEqual([
      'edge-blanks: Texts have no blanks at their edges',
      '  warning, at infra plan an error',
      '  A blank that nobody sees makes a value that nothing matches.',
      '  silenced on a line by  # nigari-ignore: edge-blanks reason',
      '  docs/rules.md#edge-blanks',
    ]);
    expect((await run(false, 'unknown-key')).lines).toContain('  cannot be silenced');
  });

  test('as data', async () => {
    const { results } = await run(true, 'mtu-above-1500');
    expect(JSON.parse(results.join())).toEqual({
      rules: [
        {
          code: 'mtu-above-1500',
          severity: 'note',
          atPlan: null,
          silenceable: true,
          sentence: 'An MTU above 1500 is that of the whole network',
          why: expect.any(String),
          url: 'docs/rules.md#mtu-above-1500',
        },
      ],
    });
  });

  test.each([
    ['cidr-hostbits', 'did you mean cidr-host-bits?'],
    ['x', '`nigari rules` lists them all'],
  ])('that is not known: %s', async (code, hint) => {
    await expect(run(false, code)).rejects.toMatchObject({
      exitCode: 2,
      problems: [{ code: 'unknown-rule', message: `there is no rule "${code}"`, hint }],
    });
  });
});
