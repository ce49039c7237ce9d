import { describe, expect, test } from 'vitest';
import { BARE, codes, controller, hints, nodes, said, withLines } from '../../support/rule-inputs.ts';

const PASSWORD = 'tfstate_password: fake-password-of-the-state';
const METAL = nodes(
  controller('a', 2, `, disk: /dev/sda, mac_addr: "02:00:00:00:00:01", schematic_id: "${'a'.repeat(64)}"`),
);

describe('credentials and what they are for', () => {
  test.each([
    [['tfstate_url: https://state.example.com'], ['state-password-missing']],
    [['cloudflare_domain: example.com'], ['state-password-missing']],
    [['cloudflare_domain: example.com', PASSWORD], []],
    [['cloudflare_domain: example', PASSWORD], ['one-label-domain']],
    [['cloudflare_domain: example.com', 'tfstate_password: 1'], ['wrong-type']],
    [[PASSWORD], ['state-credentials-unused']],
    [['tfstate_username: me', PASSWORD, 'cf_account_id: x'], Array(3).fill('state-credentials-unused')],
    [['tfstate_name: other'], []],
  ])('%j: %j', (lines, expected) => {
    expect(codes(withLines(...lines))).toEqual(expected);
  });

  test('the warning names both keys that are missing', () => {
    expect(said(withLines(PASSWORD))).toEqual([
      '1 state-credentials-unused: tfstate_password is for a state behind HTTP, but neither cloudflare_domain nor tfstate_url is set: the state is a local file',
    ]);
  });

  test('on bare metal there is no state to read', () => {
    expect(codes(`${BARE}tfstate_url: https://state.example.com\n`, METAL)).toEqual([]);
  });
});

describe('addresses', () => {
  test.each([
    ['http://state.example.com/a', ['plain-http-state: did you mean https://state.example.com/a?']],
    ['http://10.0.0.2:8080', ['plain-http-state: did you mean https://10.0.0.2:8080?']],
    ['http://127.0.0.1.example.com', ['plain-http-state: did you mean https://127.0.0.1.example.com?']],
    ['http://127.0.0.1:8080/states', []],
    ['http://127.255.0.1', []],
    ['http://localhost', []],
    ['http://LOCALHOST:1/a', []],
    ['http://state.localhost/a', []],
    ['http://[::1]:8080', []],
    ['https://state.example.com', []],
    ['https://10.0.0.256', ['bad-url-host: correct it; a name ends with a letter']],
    ['https://1.2.3', ['bad-url-host: correct it; a name ends with a letter']],
    ['https://state.1', ['bad-url-host: correct it; a name ends with a letter']],
    ['https://[::1::2]', ['bad-url-host: correct it; a name ends with a letter']],
    ['https://[fd00::2]:443', []],
    ['https://1and1.example', []],
  ])('%s: %j', (url, expected) => {
    expect(hints(withLines(`tfstate_url: "${url}"`, PASSWORD))).toEqual(expected);
  });

  test('the host of Proxmox is looked at, too', () => {
    expect(said(withLines('proxmox_api_url: https://010.0.0.1:8006'))).toEqual([
      '1 bad-url-host: the host of proxmox_api_url is no address: 010.0.0.1',
    ]);
  });
});
