/** What `talosctl get` reads: `cosi.resource.State`. */
import { status } from '@grpc/grpc-js';
import { stringify } from 'yaml';
import { Refused, type Call, type Row } from './call.ts';
import { KINDS, type Kind, type Resource } from './kinds.ts';
import { encode } from './protocol.ts';

const DEFINITION = 'ResourceDefinitions.meta.cosi.dev';

/** What is listed to find out what `disks` means. */
function definition({ type, namespace, aliases = [], columns = {}, secret }: Kind): Resource {
  const name = type.split('.')[0] ?? '';
  const one = name.replace(/(?<=us)es$|s$/, '');
  const spec = {
    resourceType: type,
    displayType: one,
    defaultNamespace: namespace,
    aliases: [...aliases],
    allAliases: [...new Set([name.toLowerCase(), one.toLowerCase(), ...aliases])],
    printColumns: Object.entries(columns).map(([name, jsonPath]) => ({ name, jsonPath })),
    sensitivity: secret ? 1 : 0,
  };
  return { id: type.toLowerCase(), spec, message: ['cosi.resource.meta.ResourceDefinitionSpec', spec] };
}

const DEFINITIONS: Kind = { type: DEFINITION, namespace: 'meta', list: () => KINDS.map(definition) };

/** @throws as Talos does for a type that it does not know, or does not show */
function kindOf({ node, request }: Call): Kind {
  const kind = [DEFINITIONS, ...KINDS].find(({ type }) => type === request.type);
  if (!kind) throw new Refused(status.NOT_FOUND, `resource type ${request.type} doesn't exist`);
  if (kind.secret && node.config === null) throw new Refused(status.PERMISSION_DENIED, 'not authorized');
  return kind;
}

const CREATED = { seconds: '1700000000', nanos: 0 };

function asMessage({ type, namespace }: Pick<Kind, 'type' | 'namespace'>, resource: Resource): object {
  const { id, spec, message, version = '1', annotations = {} } = resource;
  const metadata = {
    namespace,
    type,
    id,
    version,
    phase: 'running',
    created: CREATED,
    updated: CREATED,
    annotations,
  };
  const protoSpec = message ? encode(...message) : Buffer.alloc(0);
  return { metadata, spec: { protoSpec, yamlSpec: stringify(spec, { lineWidth: 0, blockQuote: 'literal' }) } };
}

function get(call: Call): object {
  const kind = kindOf(call);
  const { id, namespace } = call.request;
  const found = kind.list(call.node, call.world).find((resource) => resource.id === id);
  if (!found) throw new Refused(status.NOT_FOUND, `resource ${kind.type}(${namespace}/${id}@undefined) doesn't exist`);
  return { resource: asMessage(kind, found) };
}

function list(call: Call): void {
  const kind = kindOf(call);
  for (const resource of kind.list(call.node, call.world)) call.send({ resource: asMessage(kind, resource) });
}

const CREATED_EVENT = 0;
const UPDATED_EVENT = 1;
const DESTROYED_EVENT = 2;
const BOOTSTRAPPED_EVENT = 3;

/** First an empty answer, then what there is (for one resource always, for a kind when asked), then each change. */
async function watch(call: Call): Promise<void> {
  const kind = kindOf(call);
  const { world, node, request, send, over } = call;
  const seen = new Map<string, object>();
  const say = (eventType: number, resource?: object): void =>
    send({ event: [{ eventType, ...(resource ? { resource } : {}) }] });
  const follow = (): void => {
    const all = kind.list(node, world).filter(({ id }) => request.id === '' || id === request.id);
    const now = new Map(all.map((resource) => [resource.id, asMessage(kind, resource)]));
    for (const [id, resource] of seen) {
      if (now.has(id)) continue;
      seen.delete(id);
      say(DESTROYED_EVENT, resource);
    }
    for (const [id, resource] of now) {
      const before = seen.get(id);
      seen.set(id, resource);
      if (JSON.stringify(before) !== JSON.stringify(resource)) say(before ? UPDATED_EVENT : CREATED_EVENT, resource);
    }
  };
  send({});
  follow();
  if (request.id === '' && request.options?.bootstrapContents) say(BOOTSTRAPPED_EVENT);
  world.changes.on('changed', follow);
  await new Promise((resolve) => over.addEventListener('abort', resolve));
  world.changes.off('changed', follow);
}

export const resourceRows: readonly Row[] = [
  ['State/Get', 'reader', get],
  ['State/List', 'reader', list],
  ['State/Watch', 'reader', watch],
];
