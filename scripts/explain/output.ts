/** The nouns of "this line of a generated file". */
import type { KeyPath } from '../config/path.ts';
import type { Artifact, Model, Template, TemplateLine } from '../types.ts';

/** A generated file, in clear, and the templates, of which partials may have made some of its lines. */
export interface Output {
  readonly artifact: Artifact;
  readonly text: readonly string[];
  readonly templates: readonly Template[];
}

/** How a line depends on a value: it shows it, it is there because of it, or it reads the variable of that name. */
export type Dependence = 'value' | 'condition' | 'variable';

/** What is known of a line. */
export interface OutputLine {
  /** What made it; null for the line that nigari puts before all others. */
  readonly made: TemplateLine | null;
  readonly values: readonly { readonly as: Dependence; readonly path: KeyPath }[];
}

/** Which instance a file belongs to; -1 for a file of the project. */
export function instanceIndex({ path }: Artifact, { instances }: Model): number {
  return instances.findIndex(({ directory }) => path.startsWith(`${directory}/`));
}
