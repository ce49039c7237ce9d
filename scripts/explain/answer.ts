/** One question → one answer, as data: what `--json` prints, and what is laid out for people. */
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { Artifact, Disk, Template } from '../types.ts';
import { explanation, explanations, type Explanation } from './explanation.ts';
import { leavesWrittenAt } from './input-line.ts';
import type { Meaning } from './leaves.ts';
import { findName } from './names.ts';
import { outputLine } from './output-line.ts';
import type { Dependence } from './output.ts';
import { findFile, outside, type Place } from './place.ts';

export interface Answer {
  /** Notes: a short name was used, the file on disk is not what would be generated now. */
  readonly problems: readonly Problem[];
  /** Null when the question was no line of a generated file. */
  readonly line: AnsweredLine | null;
  readonly values: readonly AnsweredValue[];
}

/** The line that was asked for. */
export interface AnsweredLine extends Place {
  /** Null in a sealed file. */
  readonly text: string | null;
  /** What made it: `templates/stack/backend.tf.njk`, or a partial that this includes. */
  readonly template: string;
  /** Null for the line that nigari puts before all others. */
  readonly templateLine: number | null;
}

/** `as` is there for a line of a generated file. */
export type AnsweredValue = Explanation & { readonly as?: Dependence };

/** What was generated, for questions about a line of it. */
export interface Generated {
  readonly artifacts: readonly Artifact[];
  readonly templates: readonly Template[];
  readonly disk: Disk;
  /** Absolute path of the project. */
  readonly root: string;
}

/** Answers a name; the empty one is the whole model. @returns or `unknown-name` */
export function answerName(meaning: Meaning, name: string): Checked<Answer> {
  const path = findName(name, meaning.derived.model);
  if (!path.ok) return path;
  return checked({ problems: path.problems, line: null, values: explanations(meaning, path.value) });
}

/** Answers a line of cluster.yaml or nodes.yaml. @returns or `nothing-here` */
export function answerInput(meaning: Meaning, place: Place): Checked<Answer> {
  const values = leavesWrittenAt(meaning, place).map((leaf) => explanation(meaning, leaf));
  return values.length > 0 ? checked({ problems: [], line: null, values }) : refused(nothingHere(place));
}

function nothingHere({ file, line }: Place): Problem {
  const message = `no value of the model is written there`;
  const hint = 'name a line that a value stands on; keys of Kubernetes applications are not used here';
  return { code: 'nothing-here', severity: 'error', file, line, message, hint };
}

/** Answers a line of a generated file. @returns or `unknown-file`, `unknown-line` */
export function answerOutput(meaning: Meaning, generated: Generated, place: Place): Checked<Answer> {
  const { artifacts, templates, disk, root } = generated;
  const file = findFile(
    place.file,
    artifacts.map(({ path }) => path),
    root,
  );
  if (!file.ok) return file;
  const artifact = artifacts.find(({ path }) => path === file.value)!;
  const text = linesOf(artifact.bytes);
  const shown = artifact.secret ? linesOf(disk.get(artifact.path)?.bytes ?? artifact.bytes) : text;
  // How long a line of a sealed file is would tell how long the secret is.
  const asked = { ...place, file: artifact.path, column: artifact.secret ? null : place.column };
  const problem = outside(asked, shown);
  if (problem !== null) return refused(problem);
  const line = artifact.secret ? sameKey(shown[asked.line - 1]!, text) : asked.line;
  const known = outputLine({ artifact, text, templates }, meaning.derived.model, line, asked.column);
  const { file: template, line: templateLine } = known.made ?? { file: artifact.template, line: null };
  const values = known.values.flatMap(({ as, path }) => explanations(meaning, path).map((value) => ({ as, ...value })));
  return checked({
    problems: outdated(artifact, disk),
    line: { ...asked, text: artifact.secret ? null : shown[asked.line - 1]!, template, templateLine },
    values: unrepeated(values),
  });
}

/** What a line shows is often also why it is there. */
function unrepeated(values: readonly AnsweredValue[]): readonly AnsweredValue[] {
  const first = new Map(values.toReversed().map((value) => [value.path, value]));
  return values.filter((value) => first.get(value.path) === value);
}

function linesOf(bytes: Uint8Array): readonly string[] {
  return new TextDecoder().decode(bytes).split(/\r?\n/);
}

/**
 * A sealed file is looked at as it is on disk, where it may have its lines in another order and has some of sops' own.
 * @returns the line with the same key before it was sealed, from 1; 0 when there is none
 */
function sameKey(sealed: string, clear: readonly string[]): number {
  const key = /^[\w.-]+:/.exec(sealed)?.[0];
  return key === undefined ? 0 : clear.findIndex((line) => line.startsWith(key)) + 1;
}

function outdated({ path, secret, bytes }: Artifact, disk: Disk): readonly Problem[] {
  const now = disk.get(path);
  if (secret || now === undefined || isSame(now.bytes, bytes)) return [];
  const message = `${path} on disk is older than the inputs or was edited: the line of the newly generated one is explained`;
  return [{ code: 'output-outdated', severity: 'note', message, hint: 'run `nigari configure`' }];
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
