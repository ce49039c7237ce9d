import { describe, expect, test } from 'vitest';
import { missingToolsNotice } from './support/tools-notice.ts';
import { TOOL_NAMES } from './support/tools.ts';

describe('the line about missing tools', () => {
  test('is not there when every tool is', () => {
    expect(missingToolsNotice(() => true)).toBeNull();
  });

  test('names what is missing, and the command that gets it', () => {
    const notice = missingToolsNotice((name) => name !== 'tofu' && name !== 'sops');
    expect(notice).toBe(
      'Skipped: the suites that need the real tofu, sops. To get them: node tools/real-tools.mjs (needs Go)',
    );
  });

  test('names every tool where none is there, in one line', () => {
    const notice = missingToolsNotice(() => false);
    for (const name of TOOL_NAMES) expect(notice).toContain(name);
    expect(notice).not.toContain('\n');
  });
});
