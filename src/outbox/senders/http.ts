import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../../lib/clock.ts';

/** Waiting for TCP and TLS, ms. */
const CONNECT_TIMEOUT_MS = 3_000;
/** Parallel requests to one provider. */
const MAX_CONNECTIONS = 8;
/** More of an answer than this is not read, bytes. */
const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_RETRY_AFTER_S = 86_400;

/** One request of a sender. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
}

/** `not_sent`: no connection, so nothing was done. `ambiguous`: it left, but no whole answer came. */
export type HttpOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** The body as JSON, or null when it is none. */
      readonly json: Readonly<Record<string, unknown>> | null;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: 'not_sent'; readonly code: string }
  | { readonly kind: 'ambiguous'; readonly code: string };

/** Requests with a deadline and without repetition or redirects. */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpOutcome>;
  close(): Promise<void>;
}

/** A client with a connection pool of its own. `request` never rejects. */
export function createHttpClient(clock: Clock): HttpClient {
  const agent = new Agent({ connections: MAX_CONNECTIONS, connect: { timeout: CONNECT_TIMEOUT_MS } });
  return {
    request: async (request) => {
      const abort = new AbortController();
      const timer = clock.setTimer(request.timeoutMs, () => abort.abort());
      const url = new URL(request.url);
      try {
        const answer = await agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: request.method,
          headers: request.headers,
          body: request.body,
          signal: abort.signal,
          headersTimeout: 0,
          bodyTimeout: 0,
        });
        return {
          kind: 'answer',
          status: answer.statusCode,
          json: readJson(await readText(answer)),
          retryAfterMs: retryAfter(answer.headers['retry-after'], clock.now()),
        };
      } catch (error) {
        return failureOf(error, abort.signal.aborted);
      } finally {
        timer.cancel();
      }
    },
    close: async () => agent.destroy(),
  };
}

async function readText(answer: Dispatcher.ResponseData): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    const buffer = Buffer.from(chunk as Uint8Array);
    bytes += buffer.length;
    if (bytes > MAX_ANSWER_BYTES) break;
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readJson(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // Success is told by the status; pages of proxies in between are no JSON.
    return null;
  }
}

/** Seconds, or a date. @returns ms from now, or null when it is missing or unreadable */
function retryAfter(header: string | string[] | undefined, now: number): number | null {
  if (typeof header !== 'string') return null;
  if (/^\d{1,9}$/.test(header)) return Math.min(Number(header), MAX_RETRY_AFTER_S) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.min(Math.max(at - now, 0), MAX_RETRY_AFTER_S * 1_000);
}

/** Codes of failures that happen before a byte of the request has left. */
const BEFORE_SENDING =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|CERT_)/;

function failureOf(error: unknown, timedOut: boolean): HttpOutcome {
  const code = codeOf(error);
  if (BEFORE_SENDING.test(code)) return { kind: 'not_sent', code };
  return { kind: 'ambiguous', code: timedOut ? 'timeout' : code };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown_error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause instanceof Error ? codeOf(error.cause) : error.name;
}
