export interface ToolPaths {
  readonly directory: string;
  readonly bin: string;
  readonly cliConfig: string;
  readonly mirror: string;
}
export function toolsDirectory(env?: Record<string, string | undefined>): string;
export function toolPaths(directory?: string): ToolPaths;
