import { expect, test } from 'vitest';
import { addressOf, movesIn } from '../../scripts/changes/moved-file.ts';
import { parseBack } from '../../scripts/render/parse-back.ts';
import { renderScenario } from '../support/render.ts';

test('what moved.tf tells is read back from it', async () => {
  const { model, artifacts } = await renderScenario('renamed');
  const file = artifacts.find(({ path }) => path.endsWith('/moved.tf'))!;
  const told = movesIn(await parseBack({ ...file, builtIn: false }));
  expect([...told]).toEqual(model.instances[0]!.moved.map(({ from, to }) => [from, to]));
  expect(told.size).toBeGreaterThan(2);
});

const reference = (name: string): string => `\${${addressOf(name)}}`;

test.each<[string, unknown]>([
  ['nothing', null],
  ['no block', {}],
  ['something else of that name', { moved: 'a' }],
  ['a block of another shape', { moved: [{ from: 1, to: null }, 'a', { from: reference('a') }] }],
  ['a move of another resource', { moved: [{ from: '${other.talos_node["a"]}', to: '${other.talos_node["b"]}' }] }],
  ['a move into a module', { moved: [{ from: reference('a'), to: `\${module.m.${addressOf('a')}}` }] }],
  ['a whole resource', { moved: [{ from: '${proxmox_virtual_environment_vm.talos_node}', to: reference('a') }] }],
])('%s is no move of a machine', (_, parsed) => {
  expect(movesIn(parsed)).toEqual(new Map());
});
