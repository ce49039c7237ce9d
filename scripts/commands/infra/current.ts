/** Before a plan or an apply: are the rendered files what the inputs say now? */
import { hashOf, type Manifest } from '../../changes/manifest.ts';
import { machinesUnlike } from '../../changes/snapshot.ts';
import { problemsAtPlan } from '../../config/rules/at-plan.ts';
import { validate } from '../../config/validate.ts';
import { parseYaml } from '../../config/yaml.ts';
import { Exit, must, Refusal, type Checked, type Problem } from '../../problem.ts';
import { readDisk } from '../../system/disk.ts';
import { isMissing, lacksInput, loadInputs } from '../../system/inputs.ts';
import { recall } from '../../system/last-run.ts';
import { SILENT } from '../../system/terminal.ts';
import type { SourceFile } from '../../types.ts';
import type { ConfigureOptions } from '../configure/options.ts';
import { askedOf } from '../configure/unchanged.ts';
import { refuse, type Context } from '../context.ts';

/**
 * Where the inputs are, by what they would render; where one is missing, as in CI, by the manifest.
 * @throws Refusal 2: `render-stale` or `render-edited`, or for what is wrong with the inputs
 */
export async function refuseStale(context: Context, manifest: Manifest): Promise<void> {
  const inputs = await loadInputs(context.root);
  if (lacksInput(inputs)) {
    await refuseEdited(context, manifest.files);
    return refuseUnlike(inputs.nodes, manifest);
  }
  // What is still unfilled passes `configure`, and is an error here; credentials are asked for elsewhere.
  const asked = validate(inputs).problems.filter(({ code }) => code !== 'proxmox-token-missing');
  refuse(problemsAtPlan(asked), Exit.refusedInput);
  if (!(await isCurrent(context))) throw new Refusal([renderStale], Exit.refusedInput);
}

/** Edits that somebody chose to keep are no reason to stop. */
const LOOK: ConfigureOptions = {
  init: false,
  force: false,
  keepEdits: true,
  check: true,
  show: 'list',
  mustMatch: true,
  dropMoved: false,
  yes: false,
  allowQuorumLoss: false,
};

async function isCurrent(context: Context): Promise<boolean> {
  if ((await recall(context, askedOf(context, { keepEdits: false }))) !== null) return true;
  const { configure } = await import('../configure/configure.ts');
  return (await configure({ ...context, reporter: SILENT, json: false }, LOOK)) === Exit.done;
}

async function refuseEdited({ root }: Context, files: Manifest['files']): Promise<void> {
  const disk = must(await readDisk(root, files.keys()), Exit.refusedInput);
  const isAsMade = (path: string, sha256: string): boolean =>
    hashOf(disk.get(path)?.bytes ?? new Uint8Array()) === sha256;
  const edited = [...files].filter(([path, { sha256 }]) => !isAsMade(path, sha256)).map(([path]) => path);
  if (edited.length > 0) throw new Refusal(edited.map(renderEdited), Exit.refusedInput);
}

/** Without cluster.yaml, nodes.yaml still tells of some edits. */
function refuseUnlike(nodes: Checked<SourceFile>, { instances }: Manifest): void {
  if (isMissing(nodes)) return;
  const { value } = must(parseYaml(must(nodes, Exit.refusedInput)), Exit.refusedInput);
  const unlike = [...instances.values()].flatMap((rendered) => machinesUnlike(rendered, value));
  if (unlike.length > 0) throw new Refusal([nodesStale(unlike)], Exit.refusedInput);
}

const nodesStale = (names: readonly string[]): Problem => ({
  code: 'render-stale',
  severity: 'error',
  file: 'nodes.yaml',
  message: `nodes.yaml says something else of machines (${names.join(', ')}) than the files in infrastructure/`,
  hint: 'run `nigari configure` where cluster.yaml is, and commit what it writes; or go on with these files: `--stale-ok`',
});

const renderStale: Problem = {
  code: 'render-stale',
  severity: 'error',
  message: 'the inputs or templates have changed since the files in infrastructure/ were made',
  hint: 'run `nigari configure` first; or go on with these files: `--stale-ok`',
};

const renderEdited = (file: string): Problem => ({
  code: 'render-edited',
  severity: 'error',
  file,
  message: `${file} is not as nigari wrote it, and not all inputs are here to make it anew from`,
  hint: 'commit what `nigari configure` writes; or go on with the files as they are: `--stale-ok`',
});
