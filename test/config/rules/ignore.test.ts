import { describe, expect, test } from 'vitest';
import { ignoreComments } from '../../../scripts/config/rules/ignore.ts';
import { validate } from '../../../scripts/config/validate.ts';
import { inputs } from '../../support/input.ts';
import { controller, nodes, ONE, PROXMOX, withLines } from '../../support/rule-inputs.ts';

const found = (cluster: string, list: string = ONE) => {
  const { problems, ignored } = validate(inputs(cluster, list));
  const words = problems.map(({ code, line, column, message }) => `${line}:${column} ${code}: ${message}`);
  return { problems: words, ignored: ignored.map(({ code, line, severity }) => `${line} ${severity} ${code}`) };
};

const BALLOON = 'proxmox_vm_advanced:\n  balloon: 2048';

describe('a comment silences its rule', () => {
  test.each([
    ['on its line', `${PROXMOX}${BALLOON} # nigari-ignore: memory-ballooning a lab\n`, 8],
    ['above it', `${PROXMOX}${BALLOON.replace('\n', '\n  # nigari-ignore: memory-ballooning a lab\n')}\n`, 9],
    [
      'further above it, with other comments between',
      `${PROXMOX}${BALLOON.replace('\n', '\n# nigari-ignore: memory-ballooning a lab\n\t# and\n  #more\n')}\n`,
      11,
    ],
    [
      'with carriage returns',
      `${PROXMOX}${BALLOON}   #   nigari-ignore:   memory-ballooning   a lab  \n`.replaceAll('\n', '\r\n'),
      8,
    ],
    ['without the colon', `${PROXMOX}${BALLOON} ## nigari-ignore memory-ballooning a lab`, 8],
  ])('%s', (_, cluster, line) => {
    expect(found(cluster)).toEqual({ problems: [], ignored: [`${line} note memory-ballooning`] });
  });

  test('in nodes.yaml, and what is silenced says why', () => {
    const list = `${nodes(controller('a', 2, ', mtu: 9000')).trimEnd()} # nigari-ignore: mtu-above-1500 "the" switches`;
    const { problems, ignored } = validate(inputs(PROXMOX, list));
    expect(problems).toEqual([]);
    expect(ignored).toMatchObject([{ file: 'nodes.yaml', path: 'nodes[0].mtu', severity: 'note' }]);
    expect(ignored[0]?.message).toMatch(/^mtu 9000 .* \(silenced: "\\"the\\" switches"\)$/);
  });

  test('an error that is a matter of judgement, so that the project is valid', () => {
    const cluster = withLines('cluster_api_addr: 192.168.1.1 # nigari-ignore: address-outside-network a load balancer');
    expect(validate(inputs(cluster, ONE))).toMatchObject({ ok: true, problems: [] });
  });

  test('each of two that are above', () => {
    const cluster = `${PROXMOX}vars:\n  # nigari-ignore: unfilled-placeholder a\n  # nigari-ignore: edge-blanks b\n  a: "<b> "\n`;
    expect(found(cluster)).toEqual({ problems: [], ignored: ['10 note edge-blanks', '10 note unfilled-placeholder'] });
  });

  test('and no other line, file or rule', () => {
    const cluster = withLines(
      'proxmox_vlan_mode: true # nigari-ignore: memory-ballooning here it is not',
      'proxmox_vm_advanced: {balloon: 1}',
    );
    expect(found(cluster)).toEqual({
      problems: [
        expect.stringMatching(/^1:20 vlan-mode-without-tag: /),
        '1:25 ignore-without-effect: this comment silences nothing: memory-ballooning finds nothing on line 1',
        expect.stringMatching(/^2:32 memory-ballooning: /),
      ],
      ignored: [],
    });
  });
});

describe('a comment without effect is a warning', () => {
  test.each([
    ['nothing', '', 'this comment names no rule'],
    ['no reason', ' memory-ballooning', 'this comment does not say why memory-ballooning is silenced'],
    ['no rule', ' memory-balloning a lab', 'there is no rule "memory-balloning"'],
    ['a shape', ' wrong-type a lab', 'wrong-type cannot be silenced: what it finds would not work'],
    [
      'what breaks the output',
      ' cidr-host-bits a lab',
      'cidr-host-bits cannot be silenced: what it finds would not work',
    ],
    [
      'itself',
      ' ignore-without-effect a lab',
      'ignore-without-effect cannot be silenced: what it finds would not work',
    ],
    [
      'nothing that is found',
      ' even-controllers a lab',
      'this comment silences nothing: even-controllers finds nothing on line 1',
    ],
  ])('of %s', (_, words, message) => {
    expect(found(`cluster_name: a # nigari-ignore:${words}\n${PROXMOX}`)).toEqual({
      problems: [`1:17 ignore-without-effect: ${message}`],
      ignored: [],
    });
  });

  test('and the finding stays', () => {
    expect(found(withLines('node_cidr: 10.0.0.5/24 # nigari-ignore: cidr-host-bits a lab')).problems).toEqual([
      '1:12 cidr-host-bits: node_cidr has host bits set: 10.0.0.5/24',
      '1:24 ignore-without-effect: cidr-host-bits cannot be silenced: what it finds would not work',
    ]);
  });

  test('the nearest code is offered', () => {
    const { problems } = validate(inputs(`${PROXMOX}# nigari-ignore: memory-balloning a lab\n`, ONE));
    expect(problems).toMatchObject([{ severity: 'warning', hint: 'did you mean memory-ballooning?' }]);
  });

  test('but while something is broken, nothing is said of one that may have an effect', () => {
    const cluster = withLines('proxmox_vm_advanced: {balloon: x} # nigari-ignore: memory-ballooning a lab');
    expect(found(cluster).problems).toEqual([expect.stringMatching(/^1:32 wrong-type: /)]);
  });
});

test('what only looks like a comment is none', () => {
  const text = [
    'a: "# nigari-ignore: x y"',
    "b: '# nigari-ignore: x y'",
    'c: z# nigari-ignore: x y',
    'd: |',
    '  # nigari-ignore: x y',
    'e: # nigari-ignore: is one',
    '  - z',
    '  # nigari-ignore: one more',
    '# no-nigari-ignore: x y',
    '# nigari-ignored: x y',
  ].join('\n');
  expect(ignoreComments('f', text).map(({ start, about, code, reason }) => [start.line, about, code, reason])).toEqual([
    [6, 6, 'is', 'one'],
    [8, 11, 'one', 'more'],
  ]);
});
