/** OpenTofu's canonical formatting, for HCL that comes from a user's template; ours is canonical as it is rendered. */
import type { Artifact } from '../types.ts';

/** What does not parse stays as it is: `verify` says why. */
export function format(artifacts: readonly Artifact[]): Promise<readonly Artifact[]> {
  return Promise.all(artifacts.map(formatted));
}

async function formatted(artifact: Artifact): Promise<Artifact> {
  if (artifact.language !== 'hcl' || artifact.builtIn) return artifact;
  try {
    // Loaded where it is needed: that takes longer than all the rest.
    const { format: formatHcl } = await import('@cdktn/hcl-tools');
    const text = await formatHcl(new TextDecoder().decode(artifact.bytes));
    return { ...artifact, bytes: new TextEncoder().encode(text) };
  } catch {
    return artifact;
  }
}
