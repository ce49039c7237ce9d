/**
 * The first half of the way: load → validate → derive → render → format → verify. It needs no key, writes nothing, and
 * is all that `check` does.
 */
import { derive } from '../config/derive.ts';
import { validate } from '../config/validate.ts';
import { Exit, must, type Problem } from '../problem.ts';
import { format } from '../render/format.ts';
import { render } from '../render/render.ts';
import { verify } from '../render/verify.ts';
import { notPassable } from '../secrets/guards/variables.ts';
import { assetsDirectory } from '../system/assets.ts';
import { loadInputs } from '../system/inputs.ts';
import { loadTemplates } from '../system/templates.ts';
import type { Artifact, Config, Derived, Model } from '../types.ts';
import { refuse, step, type Context } from './context.ts';
import type { Resolve } from './resolve.ts';
import { SECRETS_FILE } from './init/survey.ts';

/** What the inputs mean, and the files that they become, in clear and in memory. */
export interface Understood {
  readonly config: Config;
  readonly derived: Derived;
  readonly artifacts: readonly Artifact[];
  /** Warnings and notes. */
  readonly problems: readonly Problem[];
}

/**
 * @param resolve the stage that looks up what the inputs do not say themselves; without it that is passed over
 * @param remember adds to the model what the inputs cannot say: what was before
 * @throws Refusal 2 for the inputs, 3 for the templates or what they render
 */
export async function understand(
  context: Context,
  resolve: Resolve | null = null,
  remember: (derived: Derived) => Derived = (derived) => derived,
): Promise<Understood> {
  let problems: readonly Problem[] = [];
  // By concatenation: there may be more of them than a call takes arguments.
  const collect = (found: readonly Problem[]): void => void (problems = problems.concat(found));
  const config = await proven(context, resolve, collect);
  const derived = remember(derive(config));
  const rendered = await step(context, 'Render templates', async () => {
    const templates = must(
      await loadTemplates({ builtIn: assetsDirectory(), project: context.root }),
      Exit.refusedTemplate,
      collect,
    );
    return must(render(derived.model, templates), Exit.refusedTemplate, collect);
  });
  const artifacts = await step(context, 'Verify what was rendered', async () => {
    const formatted = await format(rendered);
    const passed = formatted.filter(({ path, secret }) => secret && isPassed(path, derived.model));
    refuse([...(await verify(formatted, derived.model)), ...notPassable(passed)], Exit.refusedTemplate);
    return formatted;
  });
  return { config, derived, artifacts, problems };
}

/** Whether a child gets the file's values as its environment. */
function isPassed(path: string, { instances }: Model): boolean {
  return path === SECRETS_FILE || instances.some(({ secrets_file }) => secrets_file === path);
}

/** The inputs, with what they keep elsewhere where that is looked up. */
async function proven(
  context: Context,
  resolve: Resolve | null,
  collect: (found: readonly Problem[]) => void,
): Promise<Config> {
  const { sources, first, config } = await step(context, 'Validate cluster.yaml and nodes.yaml', async () => {
    const sources = await loadInputs(context.root);
    const first = validate(sources);
    return { sources, first, config: must(first, Exit.refusedInput) };
  });
  const isWhole = resolve === null || config.unresolved.length === 0;
  const found = isWhole ? first : await step(context, 'Resolve secrets', () => resolve(context, sources, config));
  if (context.verbose) collect(found.ignored);
  return must(found, Exit.refusedInput, collect);
}
