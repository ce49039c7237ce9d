/** `nigari check`: everything that can be found without a key; writes nothing. */
import { Exit } from '../problem.ts';
import type { CommandResult, Context } from './context.ts';
import { understand } from './understand.ts';

export async function check(context: Context): CommandResult {
  const { artifacts, derived, problems } = await understand(context);
  context.reporter.problems(problems);
  if (context.json) context.reporter.result(JSON.stringify({ problems }, null, 2));
  const nodes = derived.model.nodes.length;
  context.reporter.line(
    `cluster.yaml and nodes.yaml are valid: ${nodes} ${nodes === 1 ? 'node' : 'nodes'}, ${artifacts.length} files to generate`,
    'good',
  );
  return Exit.done;
}
