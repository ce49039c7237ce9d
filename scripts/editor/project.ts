/** What the two files mean together, as far as an editor asks: findings, and the model where there are no errors. */
import { derive } from '../config/derive.ts';
import { CLUSTER_FILE, NODES_FILE } from '../config/rules/rule.ts';
import { validate, type InputSources } from '../config/validate.ts';
import type { Meaning } from '../explain/leaves.ts';
import type { Checked, Problem } from '../problem.ts';
import type { SourceFile } from '../types.ts';
import { editorInput, type EditorInput, type InputName } from './input.ts';

export interface Project {
  /** Null for a file that is not there, or is no file that can be read. */
  readonly inputs: Readonly<Record<InputName, EditorInput | null>>;
  readonly problems: readonly Problem[];
  /** Null while there is an error. */
  readonly meaning: Meaning | null;
}

/** The same findings as `nigari check` has on the inputs: it is the same function. */
export function readProject(sources: InputSources): Project {
  const result = validate(sources);
  return {
    inputs: {
      [CLUSTER_FILE]: inputOf(CLUSTER_FILE, sources.cluster),
      [NODES_FILE]: inputOf(NODES_FILE, sources.nodes),
    },
    problems: result.problems,
    meaning: result.ok ? { config: result.value, derived: derive(result.value) } : null,
  };
}

function inputOf(name: InputName, source: Checked<SourceFile>): EditorInput | null {
  return source.ok ? editorInput(name, source.value) : null;
}
