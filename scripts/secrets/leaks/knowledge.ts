/** What guard knows of a project before it looks at a file. */
import type { Kept } from './credentials.ts';
import type { KnownSecret } from './needles.ts';

export interface Knowledge {
  readonly secrets: readonly KnownSecret[];
  /** Texts that are no secrets: values of keys that everybody may read, and what the examples say. */
  readonly open: ReadonlySet<string>;
  /** What `clearTexts` found in cluster.yaml. */
  readonly files: ReadonlyMap<string, Kept>;
}
