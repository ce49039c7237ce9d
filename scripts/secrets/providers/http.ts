/** What a provider asks of a server, and what may become of that. `system/http.ts` does it. */

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'LOCK' | 'UNLOCK' | 'DELETE' | 'HEAD';
  readonly url: string;
  /** Values of headers may be secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Where the server sends us instead; null when it does not. Nobody follows: the token would go there too. */
  readonly location: string | null;
  /** The reason phrase of the status line: Proxmox VE tells there what is wrong. */
  readonly said?: string;
}

/**
 * Why there is no answer: no such name, nothing listens or the way is cut, no answer in time, a certificate that is not
 * to be trusted, something that is no HTTP or more than anyone would send.
 */
export type HttpFailure = 'no-such-name' | 'unreachable' | 'late' | 'certificate' | 'not-http';

export interface NoAnswer {
  readonly failure: HttpFailure;
  /** Node's code for it, as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly reason: string;
}

export type Send = (request: HttpRequest) => Promise<HttpAnswer | NoAnswer>;
