/** References to secrets: `secret://name` where a value would stand. `secrets.provider` in cluster.yaml says who knows the name. */
import { quoted } from './path.ts';

const SCHEME = 'secret://';

/** No part begins with `-` or `.`: a name can be neither an option of a program nor a way out of a folder. */
const PART = '[A-Za-z0-9_][A-Za-z0-9_.@\\[\\]-]*';
const NAME = new RegExp(`^${PART}(/${PART})*(#${PART})?$`);
const LONGEST = 256;

/** The name in a reference, well-formed or not; null for any other value. */
export function referenceName(value: unknown): string | null {
  return typeof value === 'string' && value.startsWith(SCHEME) ? value.slice(SCHEME.length) : null;
}

/** Whether a name is one that a provider may be asked for: `name`, `a.b`, `list[0].a`, `some/path#key`. */
export function isSecretName(name: string): boolean {
  return name.length <= LONGEST && NAME.test(name);
}

/** What is wrong with a name for which `isSecretName` is false. */
export function malformedName(name: string) {
  const shown = name === '' ? 'an empty text' : quoted(name);
  return {
    code: 'secret-name-malformed',
    severity: 'error',
    message: `${shown} is no name of a secret`,
    hint: 'write name, a.b, some/path or some/path#key: letters, digits and inner . _ @ - [ ]',
  } as const;
}
