/**
 * Values of a wrong form of which can be said what is wrong with them. Each is a code of its own, tried in this order;
 * what is none of these is `bad-format`.
 */
import { isIPv6 } from 'node:net';
import type { KeySchema } from './key-schema.ts';
import { quoted } from './path.ts';

/** A text that does not fit the pattern of its key. */
export interface Misshapen {
  /** As messages name it: `nodes[2].address`. */
  readonly name: string;
  readonly text: string;
  readonly schema: KeySchema;
}

export interface ShapeCase {
  readonly code: string;
  readonly why: string;
  /** Its name is the rule's sentence. */
  readonly check: (misshapen: Misshapen) => { readonly message: string; readonly hint: string } | null;
}

/** The keys that take addresses say so. */
const takesAddress = ({ patternErrorMessage = '' }: KeySchema): boolean => patternErrorMessage.includes('IPv4');

/** Longer texts are neither an address nor a list of networks. */
const LONGEST_ADDRESS = 200;

/** `fd00::/64`, or dual-stack: `10.42.0.0/16,fd00::/64`. */
function hasIPv6(text: string): boolean {
  if (text.length > LONGEST_ADDRESS) return false;
  return text.split(',').some((part) =>
    isIPv6(
      part
        .trim()
        .replace(/\/[0-9]{1,3}$/, '')
        .replace(/^\[(.*)\]$/, '$1'),
    ),
  );
}

function addressesAreIPv4({ name, text, schema }: Misshapen) {
  if (!takesAddress(schema) || !hasIPv6(text)) return null;
  return {
    message: `${name} is IPv6: nigari makes clusters whose nodes, pods and services have IPv4 alone, not ${quoted(text)}`,
    hint: `write the IPv4 one, for example ${String(schema.examples?.[0])}`,
  };
}

/** Some programs read 010 as eight: the notation of C for octal numbers. */
function addressesHaveNoLeadingZeros({ name, text, schema }: Misshapen) {
  if (!takesAddress(schema) || !/^[0-9]+(\.[0-9]+){3}(\/[0-9]+)?$/.test(text)) return null;
  const decimal = text.replaceAll(/(?<![0-9])0+(?=[0-9])/g, '');
  if (decimal === text || !new RegExp(schema.pattern ?? '', 'u').test(decimal)) return null;
  return {
    message: `${name} has leading zeros, which some programs read as octal: ${text}`,
    hint: `did you mean ${decimal}?`,
  };
}

/** The address itself is not repeated: it holds a password. */
function urlsHoldNoCredentials({ name, text, schema }: Misshapen) {
  if (!isUrl(schema) || !/^[a-z]+:\/\/[^/?#]*@/i.test(text)) return null;
  const own = name === 'tfstate_url' ? 'tfstate_username and tfstate_password' : 'proxmox_api_token_id and …_secret';
  return {
    message: `${name} holds a user name or a password, and goes into files in clear`,
    hint: `move them to ${own}, and change the password where the file was shared`,
  };
}

const isUrl = ({ pattern = '' }: KeySchema): boolean => /^\^https\??:/.test(pattern);

function theProxmoxApiIsHttps({ name, text, schema }: Misshapen) {
  const https = text.replace(/^http:/i, 'https:');
  if (name !== 'proxmox_api_url' || https === text || !new RegExp(schema.pattern ?? '', 'u').test(https)) return null;
  return { message: `${name} must be https: Proxmox VE answers nothing else`, hint: `did you mean ${https}?` };
}

function domainsHaveTwoLabels({ name, text }: Misshapen) {
  if (name !== 'cloudflare_domain' || !/^[A-Za-z0-9-]{1,63}$/.test(text)) return null;
  return {
    message: `${name} must have at least two labels, as in example.com, not ${text}`,
    hint: 'write the whole domain, for example example.com',
  };
}

export const SHAPE_CASES: readonly ShapeCase[] = [
  {
    code: 'ipv6-not-supported',
    why: 'First addresses, gateways and the sizes of networks are worked out for IPv4; half of an IPv6 cluster would come out.',
    check: addressesAreIPv4,
  },
  {
    code: 'leading-zeros',
    why: 'Some programs read 010 as eight, others as ten: the machine would have another address than the file says.',
    check: addressesHaveNoLeadingZeros,
  },
  {
    code: 'url-credentials',
    why: 'The address is no secret: it goes into files in clear, which are meant to be committed.',
    check: urlsHoldNoCredentials,
  },
  {
    code: 'proxmox-url-http',
    why: 'The API of Proxmox VE is served by TLS alone, and the provider refuses other addresses.',
    check: theProxmoxApiIsHttps,
  },
  {
    code: 'one-label-domain',
    why: 'A Worker on Cloudflare lives on a registered domain.',
    check: domainsHaveTwoLabels,
  },
];
