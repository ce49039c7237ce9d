/** What a bench is. */
import type { Case } from './measure.ts';

export interface Bench {
  /** Programs that are measured beside nigari, with their versions. */
  readonly against: string;
  /** What the cases work on, in sentences. */
  readonly load: string;
  readonly cases: readonly Case[];
  /** Looks whether what was measured is right, and cleans up. */
  readonly end: () => void;
}
