/** What the address of a server says. */

/** Of a URL whose shape is right; IPv6 in brackets. */
export function hostOf(url: string): string {
  return /^https?:\/\/(\[[^\]]*\]|[^/:]*)/.exec(url)?.[1] ?? '';
}

/** Hosts that a request never leaves the machine for. */
const LOOPBACK = /^(127\.[0-9.]+|localhost|.+\.localhost|\[::1\])$/i;

/** Whether what is sent there can be read on the way. */
export function crossesInClear(url: string): boolean {
  return url.startsWith('http://') && !LOOPBACK.test(hostOf(url));
}
