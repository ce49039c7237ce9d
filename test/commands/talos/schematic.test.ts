/** `nigari talos schematic …` and what `nigari doctor --online` says of images, against a stand-in for the Image Factory. */
import { describe, expect, test } from 'vitest';
import { images } from '../../../scripts/commands/doctor/online/images.ts';
import type { Opened } from '../../../scripts/commands/doctor/online/probe.ts';
import { bareMetalSchematics } from '../../../scripts/commands/doctor/online/schematics.ts';
import { registerSchematics, schematicId } from '../../../scripts/commands/talos/schematic.ts';
import { Exit, Refusal, type Problem } from '../../../scripts/problem.ts';
import { contextFor } from '../../support/context.ts';
import { startImageFactory } from '../../support/image-factory.ts';
import { project } from '../../support/project.ts';
import { freePort } from '../../support/vault-server.ts';

/** The ids of test/fixtures/valid/schematics, in the order of its nodes. */
const SHARED = '88d1f7a5c4f1d3aba7df787c448c1d3d008ed29cfb34af53fa0df4336a56040b';
const OWN = 'abde1fc1584ed1abbc32e4ae83d02914b4c96e4afb651ac74f47dde4b4c1d81f';
const AGENT = 'ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515';
const UNKNOWN = '0'.repeat(64);

const folder = (): string => project({}, 'schematics');

describe('id', () => {
  test('prints YAML that the factory takes, under its id and the nodes that have it', async () => {
    const { context, heard } = contextFor(folder());
    expect(await schematicId({ ...context, json: false })).toBe(Exit.done);
    const [shared = '', own, agent] = heard.results.join('').split('---\n');
    expect(shared).toBe(`# ${SHARED}
# cp-1
customization:
    systemExtensions:
        officialExtensions:
            - siderolabs/iscsi-tools
            - siderolabs/qemu-guest-agent
            - siderolabs/util-linux-tools
`);
    expect([own, agent].map((text) => text?.split('\n').slice(0, 2))).toEqual([
      [`# ${OWN}`, '# wk-gpu'],
      [`# ${AGENT}`, '# wk-id'],
    ]);
  });

  test('of one of which only the id is known says so', async () => {
    const root = project({
      'cluster.yaml': 'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\n',
      'nodes.yaml': `nodes:\n  - {name: a, address: 10.0.0.11, controller: true, disk: /dev/sda, mac_addr: "02:00:00:00:00:01", schematic_id: "${UNKNOWN}"}\n`,
    });
    const { context, heard } = contextFor(root);
    await schematicId(context);
    expect(JSON.parse(heard.results.join(''))).toEqual({ schematics: [{ id: UNKNOWN, yaml: null, nodes: ['a'] }] });
  });
});

/** @returns the problems that it is refused with, and the exit code */
async function refusal(run: Promise<unknown>): Promise<{ exitCode: number; problems: readonly Problem[] }> {
  const error = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw new Error('it was not refused');
  return { exitCode: error.exitCode, problems: error.problems };
}

describe('register', () => {
  test('makes each schematic known to the factory, under the id that was worked out', async () => {
    const factory = await startImageFactory();
    const { context, heard } = contextFor(folder());
    expect(await registerSchematics(context, factory.url)).toBe(Exit.done);
    expect(factory.known).toEqual([SHARED, OWN, AGENT]);
    expect(JSON.parse(heard.results.join(''))).toEqual({
      factory: factory.url,
      schematics: [
        { id: SHARED, nodes: ['cp-1'], registered: true },
        { id: OWN, nodes: ['wk-gpu'], registered: true },
        { id: AGENT, nodes: ['wk-id'], registered: true },
      ],
    });
  });

  const other = '1'.repeat(64);
  test.each<[string, (id: string, yaml: string) => readonly [number, string], Partial<Problem>]>([
    [
      'gives another id',
      (_, yaml) => [
        201,
        JSON.stringify({ id: other, schematic: yaml.replace('drivers', 'tools').replace('iscsi', 'scsi') }),
      ],
      {
        code: 'schematic-id-differs',
        message: expect.stringMatching(
          /the id 1{64} .* 88d1f7a5\w+: in its line 4 it has "- siderolabs\/scsi-tools", not "- siderolabs\/iscsi-tools"$/,
        ) as string,
        hint: expect.stringContaining(other) as string,
      },
    ],
    [
      'gives another id, and does not say of what',
      () => [201, JSON.stringify({ id: other })],
      { code: 'schematic-id-differs' },
    ],
    [
      'refuses it',
      () => [400, 'yaml: unmarshal errors: field x not found\n'],
      { code: 'factory-refused', message: expect.stringContaining('400') as string },
    ],
    ['is ill', () => [503, ''], { code: 'factory-refused', hint: 'try again later' }],
    ['is no factory', () => [200, '<html>'], { code: 'factory-not-a-factory' }],
    ['tells no id', () => [201, 'null'], { code: 'factory-not-a-factory' }],
  ])('a factory that %s', async (_, fault, problem) => {
    const factory = await startImageFactory(fault);
    const { exitCode, problems } = await refusal(registerSchematics(contextFor(folder()).context, factory.url));
    expect(exitCode).toBe(Exit.otherProgram);
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatchObject(problem);
  });

  test('a factory that is not there is asked once', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { exitCode, problems } = await refusal(registerSchematics(contextFor(folder()).context, url));
    expect([exitCode, problems.map(({ code }) => code)]).toEqual([Exit.otherProgram, ['factory-unreachable']]);
    expect(problems[0]?.message).toContain('ECONNREFUSED');
  });

  test('Ctrl-C ends it while the factory is silent', async () => {
    const factory = await startImageFactory(null);
    const ending = new AbortController();
    const run = refusal(registerSchematics({ ...contextFor(folder()).context, signal: ending.signal }, factory.url));
    setImmediate(() => ending.abort());
    expect(await run).toEqual({ exitCode: Exit.interrupted, problems: [] });
  });

  test.each(['factory', 'ftp://factory.example.com', ''])('%j is no address', async (address) => {
    const { exitCode, problems } = await refusal(registerSchematics(contextFor(folder()).context, address));
    expect([exitCode, problems.map(({ code }) => code)]).toEqual([Exit.refusedInput, ['factory-address']]);
  });
});

describe('doctor --online', () => {
  test('says which schematics the factory does not know, and of which Talos it makes no image', async () => {
    const factory = await startImageFactory(undefined, ['v1.12.0']);
    await registerSchematics(contextFor(folder()).context, factory.url);
    const image = (id: string, version: string): object => ({
      file_name: id.slice(0, 4),
      url: `${factory.url}/image/${id}/${version}/nocloud-amd64.iso`,
    });
    const list = [image(SHARED, 'v1.12.0'), image(OWN, 'v1.99.0'), image(UNKNOWN, 'v1.12.0')];
    const opened = { instance: { variables: { images: list } }, left: () => 5000, env: {} } as unknown as Opened;
    const rows = await images(contextFor(folder()).context, opened);
    expect(rows.map(({ name, status, found }) => [name, status, found.replace(/^\S+ /, '')])).toEqual([
      ['image 88d1', 'ok', 'has it'],
      ['image abde', 'fail', 'knows the schematic, and makes no image of it for Talos v1.99.0'],
      ['image 0000', 'fail', `does not know the schematic ${UNKNOWN}`],
    ]);
    expect(rows[2]?.remedy).toContain('nigari talos schematic register');
  });

  const bare = (name: string, more: string): string =>
    `  - {name: ${name}, address: 10.0.0.1${name.length}, controller: true, disk: /dev/sda, mac_addr: "02:00:00:00:00:0${name.length}", ${more}}\n`;
  const bareMetal = (): string =>
    project({
      'cluster.yaml': 'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\n',
      'nodes.yaml': `nodes:\n${[
        bare('a', `schematic_id: "${UNKNOWN}"`),
        bare('bb', 'schematic: {}'),
        bare('ccc', 'schematic: {customization: {extraKernelArgs: [a=b]}}'),
      ].join('')}`,
    });

  test('asks for the schematics themselves where no VM is made', async () => {
    const vanilla = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';
    const factory = await startImageFactory();
    await fetch(`${factory.url}/schematics`, { method: 'POST', body: 'customization: {}\n' });
    expect(factory.known).toEqual([vanilla]);
    const limits = { left: () => 5000, env: {} };
    const rows = await bareMetalSchematics(contextFor(bareMetal()).context, limits, factory.url);
    expect(rows?.map(({ status, remedy }) => [status, remedy])).toEqual([
      ['fail', 'correct schematic_id of a'],
      ['ok', undefined],
      ['fail', 'nigari talos schematic register'],
    ]);
    await factory.down();
    const later = await bareMetalSchematics(contextFor(bareMetal()).context, limits, factory.url);
    expect(later?.map(({ status }) => status)).toEqual(['warning', 'warning', 'warning']);
  });

  test('leaves that where VMs are made', async () => {
    expect(await bareMetalSchematics(contextFor(folder()).context, { left: () => 1, env: {} })).toBeNull();
  });
});
