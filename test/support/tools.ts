/** Where the real programs are that `tools/real-tools.mjs` builds, and whether a suite may be skipped without them. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { toolPaths } from '../../tools/real-tools.mjs';

const paths = toolPaths();

/** Names of the tools that tests use. */
export const TOOL_NAMES = ['tofu', 'sops', 'age', 'age-keygen', 'task', 'talosctl', 'talhelper'] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/**
 * The path of a real tool, or null when it is not there.
 * @throws when it is missing and NIGARI_REQUIRE_TOOLS is set: then a missing tool is a failure, not a skip
 */
export function realTool(name: ToolName): string | null {
  const file = join(paths.bin, process.platform === 'win32' ? `${name}.exe` : name);
  if (existsSync(file)) return file;
  if (process.env['NIGARI_REQUIRE_TOOLS'])
    throw new Error(`${name} is required here: run \`node tools/real-tools.mjs ${name}\``);
  return null;
}

/** Environment in which the real tofu finds the provider in the local mirror and never asks the network. */
export function tofuEnv(): Record<string, string> {
  return {
    PATH: `${paths.bin}${delimiter}${process.env['PATH'] ?? ''}`,
    TF_CLI_CONFIG_FILE: paths.cliConfig,
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  };
}
