/** What `npm test` says, in one line, when it has to leave out the suites that need real programs. */
import { TOOL_NAMES, type ToolName } from './tools.ts';

/**
 * @param isThere says whether a tool can be run
 * @returns the line, without its end; null when nothing is missing
 */
export function missingToolsNotice(isThere: (name: ToolName) => boolean): string | null {
  const missing = TOOL_NAMES.filter((name) => !isThere(name));
  if (missing.length === 0) return null;
  return `Skipped: the suites that need the real ${missing.join(', ')}. To get them: node tools/real-tools.mjs (needs Go)`;
}
