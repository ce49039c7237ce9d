/** The real `task` runs every task of the Taskfile that is about Talos, through the life of a cluster of simulated machines. */
import { describe, expect, test } from 'vitest';
import { startImageFactory } from '../support/image-factory.ts';
import { talosProject } from '../support/talos-project.ts';
import { cannotTry } from '../support/talos/talosctl.ts';
import { tasksIn } from '../support/task.ts';
import { realTool } from '../support/tools.ts';

describe.skipIf(cannotTry() || realTool('task') === null)('task', () => {
  test('runs every task for Talos', async () => {
    const factory = await startImageFactory();
    const { folder, nigari, edit, talos, bundle } = await talosProject({ 'cp-1': 11, 'wk-1': 21 });
    const { good, task, notRun } = tasksIn(folder);
    await good('talos:schematic:id', '# cp-1, wk-1');
    await good(`talos:schematic:register -- --factory ${factory.url}`, '');
    await good('talos:validate', '2 machine configurations are valid');
    await good('bootstrap:talos', 'demo works: 2 nodes');
    await good('talos:nodes', /wk-1 .* worker +configured +1\.13\.0 +1\.36\.0 +yes/);
    await good('talos:status', 'all is well');
    await good('talos:health', 'waiting for etcd to be healthy: OK');
    await good('talos:verify', /ok +wk-1 +answers at .* with Talos 1\.13\.0/);
    await good('talos:kubeconfig -- --merge', 'created  ~/.kube/config');
    await good('talos:talosconfig -- --merge --file mine', 'created  mine');
    edit('cluster.yaml', (text) => text.replace('1.13.0', '1.13.2').replace('1.36.0', '1.36.1'));
    await nigari(['configure']);
    await good('talos:upgrade -- wk-1', 'upgrade wk-1: runs Talos 1.13.2');
    await good('talos:upgrade-k8s', 'v1.36.1');
    await good('talos:diff -- wk-1', /^\+ +image: .*:v1\.13\.2$/m);
    await good('talos:apply -- wk-1', 'wk-1: has its new configuration');
    expect(await task('talos:reset -- wk-1')).toMatchObject({
      status: 201,
      all: expect.stringContaining('(consent-needed)'),
    });
    await good('talos:reset -- wk-1 --yes', 'reset wk-1: is in maintenance mode');
    expect(talos.nodes.get('wk-1')?.stage).toBe('maintenance');
    expect(notRun(/^(bootstrap|talos):/)).toEqual([]);
    bundle();
  });
});
