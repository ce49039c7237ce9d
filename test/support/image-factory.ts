/**
 * A stand-in for the Image Factory on 127.0.0.1. It writes schematics by another YAML library than ours, in the form that the
 * published ids are made of, so that an id is right only where both agree.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { listen } from './listening.ts';

type Answer = readonly [status: number, body: string];

export interface ImageFactory {
  readonly url: string;
  /** Ids of the schematics that it was told of, in their order. */
  readonly known: readonly string[];
  readonly down: () => Promise<void>;
}

/** What goes wrong at each registration; null: it is never answered. */
type Fault = ((id: string, yaml: string) => Answer) | null;

/** @param images of these versions of Talos it has images, of every schematic that it knows */
export async function startImageFactory(fault?: Fault, images: readonly string[] = []): Promise<ImageFactory> {
  const known: string[] = [];

  const register = (body: string): Answer => {
    const yaml = stringify(parse(body), { indent: 4, lineWidth: 0, indentSeq: true });
    const id = createHash('sha256').update(yaml).digest('hex');
    if (fault) return fault(id, yaml);
    known.push(id);
    return [201, JSON.stringify({ id, schematic: yaml })];
  };

  const answer = ({ method, url = '' }: IncomingMessage, body: string): Answer => {
    const [, kind, id = '', version = ''] = url.split('/');
    if (method === 'POST' && url === '/schematics') return register(body);
    const has = known.includes(id) && (kind === 'schematics' || (kind === 'image' && images.includes(version)));
    return has ? [200, ''] : [404, 'schematic not found\n'];
  };

  const server = await listen((request: IncomingMessage, response: ServerResponse) => {
    void text(request).then((body) => {
      if (fault === null) return;
      const [status, said] = answer(request, body);
      response.writeHead(status).end(said);
    });
  });
  onTestFinished(server.down);
  return { url: `http://127.0.0.1:${server.port}`, known, down: server.down };
}
