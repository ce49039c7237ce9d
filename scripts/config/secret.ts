/** A marked value: its text can be had only by `reveal`, never by printing, joining, comparing or listing it. */

const texts = new WeakMap<object, string>();

declare const secretBrand: unique symbol;
export interface Secret {
  readonly [secretBrand]: true;
}

/** Thrown by whatever touches a secret outside a sealed artifact; the renderer lifts it into a problem with a position. */
class SecretTouched extends Error {
  override readonly name = 'SecretTouched';
}

function refuse(): never {
  throw new SecretTouched('a secret may be printed only into a sealed (*.sops.*) file');
}

const untouchable: ProxyHandler<object> = {
  get: refuse,
  has: refuse,
  ownKeys: refuse,
  getOwnPropertyDescriptor: refuse,
  getPrototypeOf: refuse,
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
};

/** Marks `text`. The result answers no question but `isSecret` and `reveal`. */
export function secret(text: string): Secret {
  const marked = new Proxy(Object.freeze({}), untouchable);
  texts.set(marked, text);
  return marked as Secret;
}

export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && texts.has(value);
}

export function reveal(marked: Secret): string {
  const text = texts.get(marked);
  if (text === undefined) throw new TypeError('not a secret');
  return text;
}
