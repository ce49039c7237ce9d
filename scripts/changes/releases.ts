/**
 * What each release did to the built-in templates, from CHANGELOG.md: below the heading of a release (`## 0.2.0`, or
 * `## Unreleased` for the one in hand) a fenced block with the word `templates`, of lines
 *
 *     templates/stack/versions.tf.njk: in place: the provider moved to 0.113
 *
 * Where `*` stands for the template, all are meant that have no line of their own.
 */

/** What a changed template means for OpenTofu, from the least to the worst. */
export const EFFECTS = ['nothing', 'in place', 'reboot', 'replace'] as const;
export type Effect = (typeof EFFECTS)[number];

/** What one release did to one template. */
export interface TemplateNote {
  readonly template: string;
  readonly effect: Effect;
  readonly why: string;
}

export interface Release {
  /** `0.2.0` */
  readonly version: string;
  readonly notes: readonly TemplateNote[];
}

const HEADING = /^## (Unreleased|\d+\.\d+\.\d+)/;
const LINE = /^(\*|templates\/\S+): ([a-z ]+): (\S.*)$/;

/**
 * @param current the version in hand, for what is not released yet
 * @returns newest first, as they stand; what is no such line is passed over
 */
export function releasesOf(changelog: string, current: string): readonly Release[] {
  return changelog.split(/^(?=## )/m).flatMap((section) => {
    const [, name] = HEADING.exec(section) ?? [];
    if (name === undefined) return [];
    const [, block = ''] = /^```templates\n([^]*?)^```$/m.exec(section) ?? [];
    return [{ version: name === 'Unreleased' ? current : name, notes: block.split('\n').flatMap(noteOf) }];
  });
}

function noteOf(line: string): readonly TemplateNote[] {
  const [, template = '', word, why = ''] = LINE.exec(line) ?? [];
  const effect = EFFECTS.find((known) => known === word);
  return effect === undefined ? [] : [{ template, effect, why }];
}

/** What the releases behind `from`, up to `to`, did to a template together. */
export interface Merged {
  /** The worst of all. */
  readonly effect: Effect;
  /** Oldest first. */
  readonly why: readonly string[];
}

/** @returns null for a template that none of them changed */
export function mergedNote(releases: readonly Release[], template: string, from: string, to: string): Merged | null {
  const notes = releases
    .filter(({ version }) => isLater(version, from) && !isLater(version, to))
    .toSorted((a, b) => (isLater(a.version, b.version) ? 1 : -1))
    .flatMap((release) => noteFor(release, template) ?? []);
  if (notes.length === 0) return null;
  const worst = Math.max(...notes.map(({ effect }) => EFFECTS.indexOf(effect)));
  return { effect: EFFECTS[worst] ?? 'nothing', why: notes.map(({ why }) => why) };
}

function noteFor({ notes }: Release, template: string): TemplateNote | undefined {
  return notes.find((note) => note.template === template) ?? notes.find((note) => note.template === '*');
}

/** Compares `major.minor.patch`; what follows does not count. */
function isLater(one: string, other: string): boolean {
  const [a, b] = [numbers(one), numbers(other)];
  const differing = a.findIndex((number, index) => number !== b[index]);
  return differing >= 0 && (a[differing] ?? 0) > (b[differing] ?? 0);
}

function numbers(version: string): readonly number[] {
  return (/^\d+\.\d+\.\d+/.exec(version)?.[0] ?? '0.0.0').split('.').map(Number);
}
