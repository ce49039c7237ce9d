/** A place in a text that is read from left to right, token by token. */

/** What is not known to this reader: it says nothing about whether the text is right. */
export class Unknown extends Error {}

/** More than anybody nests; a text that nests deeper must not end the process. */
const DEEPEST = 50;

export class Cursor {
  readonly text: string;
  /** How far it was read. */
  at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at === this.text.length;
  }

  /** The character that stands here; none at the end. */
  get next(): string | undefined {
    return this.text[this.at];
  }

  /** What stands here, if it looks so, and goes behind it. @param token with the flag `y` */
  take(token: RegExp): string | null {
    const from = this.at;
    if (!this.sees(token)) return null;
    this.at = token.lastIndex;
    return this.text.slice(from, this.at);
  }

  /** Whether it looks so here; stays where it is. */
  sees(token: RegExp): boolean {
    token.lastIndex = this.at;
    return token.test(this.text);
  }

  /** @throws Unknown where it does not look so */
  need(token: RegExp): string {
    const found = this.take(token);
    if (found === null) throw new Unknown();
    return found;
  }

  /** One level deeper. */
  within<T>(read: () => T): T {
    if ((this.depth += 1) > DEEPEST) throw new Unknown();
    const value = read();
    this.depth -= 1;
    return value;
  }
}
