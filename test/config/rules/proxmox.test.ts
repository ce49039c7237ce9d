import { describe, expect, test } from 'vitest';
import { validate } from '../../../scripts/config/validate.ts';
import { inputs } from '../../support/input.ts';
import { BARE, codes, controller, nodes, PROXMOX, said, withLines } from '../../support/rule-inputs.ts';

const TOKEN = 'proxmox_api_token_id: fake@pve!nigari\nproxmox_api_token_secret: 00000000-1111-2222-3333-444444444444\n';
const SWITCHES = 'proxmox_api_url: https://pve:8006\nproxmox_node: pve\n';

describe('Proxmox or bare metal', () => {
  test.each([
    ['neither key', '', ['bare-metal-incomplete']],
    ['both', SWITCHES, []],
    ['only the address', 'proxmox_api_url: https://pve:8006\n', ['proxmox-half-written']],
    ['only the host', 'proxmox_node: pve\n', ['proxmox-half-written']],
    ['both, one of the wrong shape', SWITCHES.replace('https', 'ftp'), ['bad-format']],
    ['both, one of them empty', 'proxmox_api_url: https://pve:8006\nproxmox_node:\n', ['empty-value']],
    ['one, of the wrong shape', 'proxmox_api_url: ftp://pve:8006\n', ['bad-format', 'proxmox-half-written']],
  ])('with %s', (_, keys, expected) => {
    expect(codes(BARE + keys + TOKEN)).toEqual(expected);
  });

  test('the half that is missing is named', () => {
    expect(said(`${BARE}proxmox_node: pve\n`)).toEqual([
      '3 proxmox-half-written: proxmox_node is written, but proxmox_api_url is not',
    ]);
  });

  test('a key of bare metal that is there but wrong is not said to be missing', () => {
    const list = nodes(controller('a', 2, `, disk: /dev/sda, mac_addr: x, schematic_id: ${'a'.repeat(64)}`));
    expect(codes(BARE, list)).toEqual(['bad-format']);
  });

  test('nothing is said of bare metal when cluster.yaml cannot be read', () => {
    expect(codes('- a\n')).toEqual(['not-a-mapping']);
  });
});

describe('the token', () => {
  const [id = '', secret = ''] = TOKEN.split(/(?<=\n)/);

  test.each([
    ['missing, where VMs are made', SWITCHES, ['proxmox-token-missing']],
    ['there', SWITCHES + TOKEN, []],
    ['the id alone', SWITCHES + id, ['proxmox-token-half-written']],
    ['the secret alone', SWITCHES + secret, ['proxmox-token-half-written']],
    [
      'the id alone, of a wrong shape',
      `${SWITCHES}proxmox_api_token_id: x\n`,
      ['bad-format', 'proxmox-token-half-written'],
    ],
    ['missing, where it cannot be told whether there are VMs', 'proxmox_node: pve\n', ['proxmox-half-written']],
  ])('%s', (_, keys, expected) => {
    expect(codes(BARE + keys)).toEqual(expected);
  });

  test('nobody asks for one on bare metal', () => {
    const list = nodes(
      controller('a', 2, `, disk: /dev/sda, mac_addr: "02:00:00:00:00:01", schematic_id: "${'a'.repeat(64)}"`),
    );
    expect(codes(BARE, list)).toEqual([]);
  });

  test.each([
    ['00000000-1111-2222-3333-44444444444g', ['proxmox-token-not-uuid']],
    ['ABCDEF00-1111-2222-3333-444444444444', []],
    [' 00000000-1111-2222-3333-444444444444', ['proxmox-token-not-uuid', 'secret-edge-blanks']],
  ])('a secret of %j: %j', (secret, expected) => {
    const { problems } = validate(
      inputs(withLines(`proxmox_api_token_secret: "${secret}"`), nodes(controller('a', 2))),
    );
    expect(problems.map(({ code }) => code)).toEqual(expected);
    expect(JSON.stringify(problems)).not.toContain('2222');
  });
});

describe('names of ISO files', () => {
  const id = (start: string, rest: string): string => `, schematic_id: "${start}${rest.repeat(52)}"`;
  const DEFAULT_START = 'ce4c980550dd';

  test('one schematic for many nodes is fine, also with and without secure boot', () => {
    const same = id('a'.repeat(12), '0');
    const list = nodes(
      controller('a', 2, same),
      controller('b', 3, same),
      controller('c', 4, `${same}, secureboot: true`),
    );
    expect(codes(PROXMOX, list)).toEqual([]);
  });

  test('two that begin alike are told apart by secure boot', () => {
    const list = nodes(
      controller('a', 2, id('a'.repeat(12), '0')),
      `name: b, address: 10.0.0.3, controller: false${id('a'.repeat(12), '1')}, secureboot: true`,
    );
    expect(codes(PROXMOX, list)).toEqual([]);
  });

  test('on bare metal there are no ISO files on a storage', () => {
    const more = ', disk: /dev/sda, mac_addr: "bc:24:11:00:00:0';
    const list = nodes(
      controller('a', 2, `${more}1"${id('a'.repeat(12), '0')}`),
      `name: b, address: 10.0.0.3, controller: false${more}2"${id('a'.repeat(12), '1')}`,
    );
    expect(codes(BARE, list)).toEqual([]);
  });

  test.each([
    ['before', ['', id(DEFAULT_START, '1')], 3],
    ['after', [id(DEFAULT_START, '1'), ''], 2],
  ])('where the default comes %s it, the written one is the finding', (_, [first = '', second = ''], line) => {
    const list = nodes(controller('a', 2, first), `name: b, address: 10.0.0.3, controller: false${second}`);
    expect(validate(inputs(PROXMOX, list)).problems).toMatchObject([{ code: 'iso-name-clash', line }]);
  });
});
