/** Machines with Talos 1.12, which the real talosctl 1.13 asks to upgrade in the older way. */
import { expect, onTestFinished, test } from 'vitest';
import { startTalos } from '../support/talos/simulator.ts';
import { ownNetwork } from '../support/talos/loopback.ts';
import { cannotTry, withTalosctl } from '../support/talos/talosctl.ts';

const CP1 = `${ownNetwork()}.151`;
const OLD = 'factory.talos.dev/nocloud-installer/abc:v1.12.0';
const NEW = 'factory.talos.dev/nocloud-installer/abc:v1.12.4';

test.skipIf(cannotTry())('an older machine installs and reboots in one, or says that it could not', async () => {
  const talos = await startTalos({ nodes: [{ name: 'cp-1', address: CP1, version: '1.12.0' }] });
  onTestFinished(talos.close);
  const ctl = await withTalosctl(CP1);
  onTestFinished(ctl.close);
  const patches = [`machine: {install: {image: "${OLD}"}}`];
  const config = await ctl.config({ role: 'controlplane', hostname: 'cp-1', patches });
  await ctl.run('apply-config', '--insecure', '-n', CP1, '-f', config);
  await talos.until(({ nodes }) => nodes.get('cp-1')?.kubelet === true);
  await ctl.ask(CP1, CP1, 'bootstrap');
  await talos.until(({ clusters }) => clusters()[0]?.kubernetes?.nodes.size === 1);

  talos.fail({ how: 'upgrade-fails', times: 1 });
  const failed = await ctl.ask(CP1, CP1, 'upgrade', '--drain=false', '--image', NEW);
  expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('sequence error') as string });
  expect(talos.nodes.get('cp-1')).toMatchObject({ stage: 'running', installed: OLD, version: '1.12.0' });

  const done = await ctl.ask(CP1, CP1, 'upgrade', '--drain=false', '--image', NEW);
  expect(done).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('post check passed') as string });
  expect(done.stdout + done.stderr).toContain('falling back to legacy');
  expect(talos.nodes.get('cp-1')).toMatchObject({ installed: NEW, version: '1.12.4' });
});
