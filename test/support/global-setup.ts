/** Runs once, before the first test file. */
import process from 'node:process';
import { realTool } from './tools.ts';
import { missingToolsNotice } from './tools-notice.ts';
import type { ToolName } from './tools.ts';

/** Where tools are required, `realTool` throws for a missing one; the suite that needs it then fails by itself. */
function isThere(name: ToolName): boolean {
  try {
    return realTool(name) !== null;
  } catch {
    return true;
  }
}

export function setup(): void {
  const notice = missingToolsNotice(isThere);
  if (notice !== null) process.stderr.write(`${notice}\n`);
}
