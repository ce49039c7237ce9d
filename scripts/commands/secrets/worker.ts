/** The state server's side of its credentials: the worker keeps them as secrets of its own, which only wrangler can set. */

/** Of cluster.yaml → of the worker (https://github.com/MatherlyNet/matherlynet-tfstate). */
const WORKER_SECRETS = { tfstate_username: 'USERNAME', tfstate_password: 'PASSWORD' } as const;

/**
 * Lines to copy, run where the worker's `wrangler.toml` is, that give it the credentials among the names; none without.
 * Values pass from one program to the other and are never shown.
 * @see https://developers.cloudflare.com/workers/wrangler/commands/#secret-put
 */
export function workerLines(names: readonly string[], call: string): readonly string[] {
  const lines = Object.entries(WORKER_SECRETS)
    .filter(([name]) => names.includes(name))
    .map(([name, key]) => `  ${call} secrets show ${name} | npx wrangler secret put ${key}`);
  return lines.length === 0
    ? []
    : ['the state server knows it by its own secrets; where it changed, say so there too:', ...lines];
}
