/**
 * Secrets in HashiCorp Vault or OpenBao, in a KV engine of version 2:
 * https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2; OpenBao's is the same.
 */
import { isSecretName } from '../../config/references.ts';
import { reveal, secret, type Secret } from '../../config/secret.ts';
import { checked, refused, type Checked } from '../../problem.ts';
import { masker } from '../mask.ts';
import { missingSecret, unusable, type SecretProvider, type Stored } from '../provider.ts';
import type { HttpAnswer, HttpRequest, Send } from './http.ts';
import type { Settings } from './settings.ts';
import { isVersion2, notVersion2, refusalIn, versionIn, type Asked, type Version } from './vault-answers.ts';

/** What is needed to ask a server. */
export interface VaultAccess {
  readonly token: Secret;
  readonly send: Send;
}

type Ask = (asked: Asked, request?: Partial<HttpRequest>, value?: Secret) => Promise<Checked<HttpAnswer>>;

/**
 * `name` is the key of that name in the secret at `settings.path`, `other/path#key` a key of another secret.
 * @param settings `address` is there: a rule of the inputs sees to it
 * @param access called once, before the first request
 */
export function vaultProvider(
  settings: Settings<'vault'>,
  access: () => Promise<Checked<VaultAccess>>,
): SecretProvider {
  const describe = (): string => `vault at ${settings.address}`;
  const ask = asker(settings, access);
  const known = new Map<string, Promise<Checked<Version>>>();
  const read = async (path: string): Promise<Checked<Version>> => {
    const answer = await ask({ settings, path, capability: 'read' });
    return answer.ok ? versionIn(answer.value, settings) : answer;
  };
  const readOnce = (path: string): Promise<Checked<Version>> => {
    const version = known.get(path) ?? read(path);
    known.set(path, version);
    return version;
  };
  return {
    describe,
    list: async () => {
      const version = await readOnce(settings.path);
      return version.ok
        ? checked(
            Object.keys(version.value.data ?? {})
              .filter(isSecretName)
              .toSorted(),
          )
        : version;
    },
    get: async (name) => {
      const { path, key } = placeOf(name, settings);
      const version = await readOnce(path);
      return version.ok ? textIn(version.value, { name, key, path }, settings) : version;
    },
    set: async (name, value) => {
      const { path, key } = placeOf(name, settings);
      known.delete(path);
      const version = await read(path);
      if (!version.ok) return version;
      if (version.value.data?.[key] === reveal(value)) return checked('unchanged');
      return store(ask, version.value, { settings, path, capability: 'read' }, key, value);
    },
  };
}

/** Where a name is looked up: the path of a secret of the engine, and a key in it. */
function placeOf(name: string, { path }: Settings<'vault'>): { readonly path: string; readonly key: string } {
  const [first = '', key] = name.split('#');
  return key === undefined ? { path, key: first } : { path: first, key };
}

function asker(settings: Settings<'vault'>, access: () => Promise<Checked<VaultAccess>>): Ask {
  return async (asked, request = {}, value) => {
    const allowed = await access();
    if (!allowed.ok) return allowed;
    const { token, send } = allowed.value;
    const headers = { ...headersFor(settings, token), ...request.headers };
    const answer = await send({ method: 'GET', url: dataUrl(asked), ...request, headers });
    const hide = masker(new Map(Object.entries({ token, ...(value && { value }) })));
    const problem = refusalIn(answer, asked, hide);
    return problem === null ? checked(answer as HttpAnswer) : refused(problem);
  };
}

function headersFor({ namespace }: Settings<'vault'>, token: Secret): Readonly<Record<string, string>> {
  const always = { 'X-Vault-Token': reveal(token), 'X-Vault-Request': 'true', Accept: 'application/json' };
  return namespace === undefined ? always : { ...always, 'X-Vault-Namespace': namespace };
}

const apiUrl = ({ address = '' }: Settings<'vault'>, path: string): string =>
  `${address.replace(/\/$/, '')}/v1/${path.split('/').map(encodeURIComponent).join('/')}`;

const dataUrl = ({ settings, path }: Asked): string => apiUrl(settings, `${settings.mount}/data/${path}`);

interface Wanted {
  readonly name: string;
  readonly path: string;
  readonly key: string;
}

function textIn({ data }: Version, { name, path, key }: Wanted, settings: Settings<'vault'>): Checked<Secret> {
  const place = `vault at ${settings.address} (${settings.mount}/${path})`;
  const value = data !== null && Object.hasOwn(data, key) ? data[key] : undefined;
  if (typeof value === 'string') return checked(secret(value));
  if (value !== undefined) return refused(unusable(name, place, 'is no text'));
  const add = `store it: vault kv ${data === null ? 'put' : 'patch'} -mount=${settings.mount} ${path} ${key}=-`;
  return refused(missingSecret(name, place, Object.keys(data ?? {}), add));
}

/** Changes one key of what is there, by a patch that leaves the others to the server; else makes the secret. */
async function store(ask: Ask, version: Version, asked: Asked, key: string, value: Secret): Promise<Checked<Stored>> {
  const isNew = version.data === null;
  if (isNew && version.number === 0) {
    const mount = await ask(asked, { url: apiUrl(asked.settings, `sys/internal/ui/mounts/${asked.settings.mount}`) });
    if (!mount.ok) return mount;
    if (!isVersion2(mount.value)) return refused(notVersion2(asked.settings));
  }
  const type = isNew ? 'application/json' : 'application/merge-patch+json';
  const answer = await ask(
    { ...asked, capability: isNew ? 'create' : 'patch' },
    {
      method: isNew ? 'POST' : 'PATCH',
      headers: { 'Content-Type': type },
      body: JSON.stringify({ options: { cas: version.number }, data: { [key]: reveal(value) } }),
    },
    value,
  );
  return answer.ok ? checked('updated') : answer;
}
