/** Rendered text → what a reader of its language sees. */
import { parseAllDocuments } from 'yaml';
import type { Artifact, Language } from '../types.ts';
import { readPlainHcl } from './hcl/read.ts';
import { readPlainDocuments } from '../config/plain-yaml.ts';
import { YAML_VALUES } from '../config/plain-values.ts';

/** Why a text is not what its name claims; lines and columns of the rendered text, from 1. */
export class Unparsable extends Error {
  override readonly name = 'Unparsable';
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

const UTF8 = new TextDecoder();

/**
 * Parses an artifact as what it claims to be.
 * @returns the attributes of an HCL file with its strings unescaped, the documents of a YAML file, the value of a JSON file
 * @throws Unparsable
 */
export async function parseBack(artifact: Artifact): Promise<unknown> {
  if (artifact.language === null) return null;
  const text = UTF8.decode(artifact.bytes);
  return readPlain(artifact, text) ?? READERS[artifact.language](text, artifact.path);
}

/** What a small reader of ours knows, without a library. @returns null where it does not */
function readPlain({ language, builtIn }: Artifact, text: string): unknown {
  if (language === 'yaml') return readPlainDocuments(text, YAML_VALUES);
  return language === 'hcl' && builtIn ? readPlainHcl(text) : null;
}

const READERS: Readonly<Record<Language, (text: string, path: string) => unknown>> = {
  hcl: readHcl,
  yaml: readYaml,
  json: readJson,
  text: () => null,
};

/** HCL of anybody's, by the library. @param path for messages @throws Unparsable */
export async function readHcl(text: string, path: string): Promise<unknown> {
  try {
    // Loaded where it is needed: that takes longer than all the rest.
    const { parse } = await import('@cdktn/hcl2json');
    return unescapeTemplates(await parse(path, text));
  } catch (error) {
    // `parse config: [main.tf:2,6-7: Invalid expression; Expected the start of …]`
    const message = (error as Error).message.replace(/^parse config: \[/, '').replace(/\]$/, '');
    const position = /:(\d+),\d+[-,:\d]*: /.exec(message);
    throw new Unparsable(
      position ? message.slice(position.index + position[0].length) : message,
      position ? Number(position[1]) : undefined,
    );
  }
}

/** The library gives strings in template syntax, in which `$${` is how `${` is written. */
function unescapeTemplates(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/([$%])\1\{/g, '$1{');
  if (Array.isArray(value)) return value.map(unescapeTemplates);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [unescapeTemplates(key), unescapeTemplates(item)]),
  );
}

function readYaml(text: string): unknown {
  const documents = parseAllDocuments(text, { prettyErrors: false });
  if (!Array.isArray(documents)) return [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error) throw new Unparsable(error.message, text.slice(0, error.pos[0]).split('\n').length);
  }
  // Aliases stay references here, so that however many there are, nothing grows.
  return documents.map((document) => document.toJS({ maxAliasCount: -1 }));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 quotes the text around the mistake; the position is enough. It tells none where the text ends too early.
    const position = /position (\d+)/.exec((error as Error).message);
    throw new Unparsable('not valid JSON', text.slice(0, Number(position?.[1] ?? text.length)).split('\n').length);
  }
}
