/**
 * Sealed files × what is on disk × the manifest → changes. Nothing that a person wrote is overwritten or taken away unasked:
 * neither a file that we did not make, nor an edit of one that we did.
 */
import { checked, hasErrors, type Checked, type Problem } from '../problem.ts';
import type { Change, Disk, DiskFile, Sealed } from '../types.ts';
import { editedFile, editedLeftOver, foreignFile } from './in-the-way.ts';
import { hashOf, withoutReturns, type Manifest } from './manifest.ts';

export interface CompareOptions {
  /** Null where there is none: then files with our first line are ours, and sealed ones that could be opened. */
  readonly manifest: Manifest | null;
  /** `--force`: what stands in the way is overwritten. */
  readonly force: boolean;
  /** `--keep-edits`: what was edited by hand stays as it is. */
  readonly keepEdits?: boolean;
  /** Nothing will be written: what stands in the way counts as updated, and is a warning. */
  readonly preview?: boolean;
  /** Whether a file on disk starts with our header line. */
  readonly isGenerated: (bytes: Uint8Array) => boolean;
  /** False where the file system keeps no executable bit (Windows); as git's `core.fileMode`. */
  readonly fileMode?: boolean;
  /** Files that nothing makes any more but that must stay, since machines hang on them. */
  readonly isHeld?: (path: string) => boolean;
  /** Where the template of a file lies, seen from the project, if it came with nigari; null for the user's own. */
  readonly sourceOf?: (file: Sealed) => string | null;
}

/**
 * One change per sealed file, and a `delete` for each file that we made and nothing makes any more; sorted by path.
 * @param disk holds at least what is there at those paths, and at those of the manifest
 * @returns the changes, with a warning `edited-left-over` for each file that would be deleted but was edited; or one
 *   `edited-file` or `foreign-file` for each file in the way; in a preview both
 */
export function compare(sealed: readonly Sealed[], disk: Disk, options: CompareOptions): Checked<readonly Change[]> {
  const found = [
    ...sealed.map((file) => VERDICTS[standing(file, disk.get(file.path), options)](file, options)),
    ...unmade(sealed, disk, options),
  ];
  const problems = found.flatMap(({ problem }) => problem ?? []).toSorted(byFile);
  if (hasErrors(problems)) return { ok: false, problems };
  return checked(found.flatMap(({ change }) => change ?? []).toSorted(byPath), problems);
}

/** What is to be done about one file, or what stands in the way of it. */
interface Verdict {
  readonly change?: Change;
  readonly problem?: Problem;
}

const byPath = (a: Change, b: Change): number => (a.path < b.path ? -1 : 1);
const byFile = ({ file: a = '' }: Problem, { file: b = '' }: Problem): number => (a < b ? -1 : 1);

/** What a file on disk is to the one that shall stand there. */
type Standing = 'absent' | 'same' | 'other-mode' | 'ours' | 'edited' | 'foreign';

const create = (sealed: Sealed): Verdict => ({ change: { kind: 'create', path: sealed.path, sealed } });
const update = (sealed: Sealed): Verdict => ({ change: { kind: 'update', path: sealed.path, sealed } });
const keep = ({ path }: Sealed): Verdict => ({ change: { kind: 'keep', path } });

const VERDICTS: Readonly<Record<Standing, (sealed: Sealed, options: CompareOptions) => Verdict>> = {
  absent: create,
  same: keep,
  'other-mode': update,
  ours: update,
  edited: (sealed, options) => {
    const { keepEdits = false, sourceOf = () => null } = options;
    if (keepEdits && !options.force) return keep(sealed);
    return inTheWay(sealed, editedFile(sealed, sourceOf(sealed)), options);
  },
  foreign: (sealed, options) => inTheWay(sealed, foreignFile(sealed), options),
};

function inTheWay(sealed: Sealed, problem: Problem, { force, preview = false }: CompareOptions): Verdict {
  if (force) return update(sealed);
  return preview ? { ...update(sealed), problem: { ...problem, severity: 'warning' } } : { problem };
}

function standing(sealed: Sealed, now: DiskFile | undefined, options: CompareOptions): Standing {
  const { manifest, isGenerated, fileMode = true } = options;
  if (now === undefined) return 'absent';
  if (isSameText(sealed.bytes, now.bytes))
    return fileMode && now.executable !== sealed.executable ? 'other-mode' : 'same';
  if (manifest === null) return isGenerated(now.bytes) || (sealed.secret && isSealed(now.bytes)) ? 'ours' : 'foreign';
  const made = manifest.files.get(sealed.path);
  if (made === undefined) return 'foreign';
  return made.sha256 === hashOf(now.bytes) ? 'ours' : 'edited';
}

/** Files of the manifest that nothing makes any more. */
function unmade(sealed: readonly Sealed[], disk: Disk, options: CompareOptions): readonly Verdict[] {
  const { manifest, force, isHeld = () => false } = options;
  const made = new Set(sealed.map(({ path }) => path));
  return [...(manifest?.files ?? [])].flatMap(([path, { sha256 }]): readonly Verdict[] => {
    const now = disk.get(path);
    if (made.has(path) || now === undefined || isHeld(path)) return [];
    if (force || hashOf(now.bytes) === sha256) return [{ change: { kind: 'delete', path } }];
    return [{ problem: editedLeftOver(path) }];
  });
}

function isSameText(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(withoutReturns(one), withoutReturns(other)) === 0;
}

/** SOPS writes its metadata, the MAC among them, under the top-level key `sops`. */
export function isSealed(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  return /^(sops:|\s*"sops": ?\{)/m.test(text) && /^[ \t]+"?mac"?: ?["']?ENC\[/m.test(text);
}
