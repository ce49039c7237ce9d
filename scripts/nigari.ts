/**
 * What Node starts: tells the version, or loads cli.ts. It is CommonJS, which Node starts sooner than an ES module; the rest is
 * in `chunks/`, and loaded with the code that an earlier run compiled (`system/code-cache.ts`).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { codeCacheFolder, openCodeCache } from './system/code-cache.ts';
import { VERSION } from './version.ts';

/** Put in by the build: the chunk of cli.ts. Its name has a hash of everything that is loaded from there. */
declare const NIGARI_PROGRAM: string;

/** As the build makes a chunk: CommonJS in a function. */
type Chunk = (exports: object, require: (id: string) => unknown, module: Module, url: string) => void;
interface Module {
  exports: object;
}

function loadProgram(): void {
  const folder = join(__dirname, 'chunks');
  const url = pathToFileURL(folder).href;
  const cache = openCodeCache(codeCacheFolder(NIGARI_PROGRAM, process));
  const chunks = new Map<string, Chunk>();
  const modules = new Map<string, Module>();
  /** A file has one chunk, of its own name; that of the program has all that it needs at once. */
  const read = (name: string): void => {
    const script = cache.compile(name, readFileSync(join(folder, name)), `${url}/${name}`);
    for (const [each, chunk] of Object.entries(script.runInThisContext() as Record<string, Chunk>))
      chunks.set(each, chunk);
  };
  const load = (name: string): object => {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    if (!chunks.has(name)) read(name);
    const module: Module = { exports: {} };
    modules.set(name, module);
    const requireFrom = (id: string): unknown => (id.startsWith('./') ? load(id.slice(2)) : require(id));
    chunks.get(name)?.(module.exports, requireFrom, module, `${url}/${name}`);
    return module.exports;
  };
  // A run that failed has not called much of what it loaded.
  process.on('exit', (exitCode) => void (exitCode === 0 && cache.keep()));
  load(NIGARI_PROGRAM);
}

if (process.argv.length === 3 && process.argv[2] === '--version') process.stdout.write(`${VERSION}\n`);
else loadProgram();
