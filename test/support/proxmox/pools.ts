/** Pools: guests and storages under one name, to which privileges can be granted. */
import { maySee } from './permissions.ts';
import { failed } from './refused.ts';
import { listed, type Call, type Route } from './route.ts';
import type { Pool, World } from './world.ts';

function poolOf(world: World, poolid: string): Pool {
  const pool = world.pools.get(poolid);
  if (!pool) throw failed(`pool '${poolid}' does not exist`);
  return pool;
}

function members({ guests }: World, poolid: string, { storages }: Pool): readonly object[] {
  const inPool = [...guests.values()].filter(({ pool }) => pool === poolid);
  return [
    ...inPool.map(({ kind, vmid, node }) => ({ id: `${kind}/${vmid}`, type: kind, vmid, node })),
    ...[...storages].map((storage) => ({ id: `storage/${storage}`, type: 'storage', storage })),
  ];
}

function list({ world, caller, form }: Call): unknown {
  const asked = form['poolid'];
  const seen = [...world.pools].filter(([poolid]) => maySee(world.access, caller, `Pool.Audit /pool/${poolid}`));
  if (asked === undefined) return seen.map(([poolid, { comment }]) => ({ poolid, comment }));
  const pool = poolOf(world, asked);
  return [{ poolid: asked, comment: pool.comment, members: members(world, asked, pool) }];
}

function create({ world, form }: Call): void {
  const { poolid = '', comment = '' } = form;
  if (world.pools.has(poolid)) throw failed(`pool '${poolid}' already exists`);
  world.pools.set(poolid, { comment, storages: new Set() });
}

/** With `delete=1` the named members leave; otherwise they join. */
function update({ world, form }: Call): void {
  const { poolid = '', comment } = form;
  const pool = poolOf(world, poolid);
  if (comment !== undefined) pool.comment = comment;
  const leave = form['delete'] === '1';
  for (const vmid of listed(form['vms'])) {
    const guest = world.guests.get(Number(vmid));
    if (!guest) throw failed(`VM ${vmid} does not exist`);
    guest.pool = leave ? null : poolid;
  }
  for (const storage of listed(form['storage'])) pool.storages[leave ? 'delete' : 'add'](storage);
}

function remove({ world, form }: Call): void {
  const { poolid = '' } = form;
  const pool = poolOf(world, poolid);
  if (members(world, poolid, pool).length > 0) throw failed(`pool '${poolid}' is not empty`);
  world.pools.delete(poolid);
}

export const poolRoutes: readonly Route[] = [
  ['GET pools', 'user', list],
  ['POST pools', ['Pool.Allocate /pool/{poolid}'], create],
  ['PUT pools', ['Pool.Allocate /pool/{poolid}'], update],
  ['DELETE pools', ['Pool.Allocate /pool/{poolid}'], remove],
];
