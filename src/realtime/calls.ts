import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../lib/clock.ts';

/** What became of one request on a call. Only `ambiguous` leaves open whether it took effect. */
export type CallOutcome =
  /** 2xx. */
  | { readonly kind: 'done'; readonly requestId: string | null }
  /** 404, or 400 call_id_not_found: no such call, or no more. */
  | { readonly kind: 'gone' }
  /** The call was accepted or rejected before, by us or through another surface. */
  | { readonly kind: 'taken' }
  /** 401 or 403. */
  | { readonly kind: 'unauthorised'; readonly status: number }
  /** 429; `retryAfterMs` is null when the header is missing or unreadable. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number | null }
  /** Another 4xx: the request is wrong, and stays wrong. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string | null }
  /** 5xx. */
  | { readonly kind: 'unavailable'; readonly status: number }
  /** No connection: DNS, TCP or TLS failed before anything was sent. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** Sent, but no answer came: time-out or reset. */
  | { readonly kind: 'ambiguous'; readonly code: string };

/** The REST side of OpenAI's calls. Nothing is retried here: each caller knows its own deadline. */
export interface CallsClient {
  /** @param body a session, serialised */
  accept(callId: string, body: string, timeoutMs: number): Promise<CallOutcome>;
  /** @param sipStatus 300–699; OpenAI's own default is 603 */
  reject(callId: string, sipStatus: number): Promise<CallOutcome>;
  /** @param targetUri `tel:` or `sip:` from the configuration, never from the model */
  refer(callId: string, targetUri: string): Promise<CallOutcome>;
  hangUp(callId: string): Promise<CallOutcome>;
  /** Opens and keeps connections, so that a ringing call pays no handshake. @returns the outcome of the last request */
  warmUp(): Promise<CallOutcome>;
  close(): Promise<void>;
}

export interface CallsClientOptions {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Named in the warm-up request, which so proves key and model. */
  readonly model: string;
  readonly clock: Clock;
}

/** Kept open this long when idle: the undici default of 4 s would make nearly every call pay a handshake. */
const KEEP_ALIVE_MS = 60_000;
const KEEP_ALIVE_MAX_MS = 300_000;
/** TCP and TLS; two round trips to another continent take well under this. */
const CONNECT_TIMEOUT_MS = 2_000;
/** Upper bound of parallel requests; more wait for a free connection. */
const MAX_CONNECTIONS = 32;
/** Connections opened by one warm-up: two calls often ring together. */
const WARM_CONNECTIONS = 2;
/** Reject, refer and hang-up answer within a second; past this the result is unknown. */
const CONTROL_TIMEOUT_MS = 3_000;
/** Warm-ups are unimportant, but must end. */
const WARM_UP_TIMEOUT_MS = 5_000;
/** More of an error body than this is not read. */
const MAX_ERROR_BYTES = 16 * 1024;

/** Codes of failures that happen before a byte of the request has left. */
const BEFORE_SENDING = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** The same for handshakes of TLS: what Node and OpenSSL call certificates and peers that are not to be trusted. */
const TLS_REFUSED = /^(ERR_TLS_|ERR_SSL_|UNABLE_TO_)|CERT/;

/** A thin client over one warm connection pool. */
export function createCallsClient(options: CallsClientOptions): CallsClient {
  const { clock } = options;
  const origin = new URL(options.baseUrl).origin;
  const basePath = new URL(options.baseUrl).pathname.replace(/\/$/, '');
  const agent = new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
    connections: MAX_CONNECTIONS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  });
  const authorization = `Bearer ${options.apiKey}`;

  async function send(
    method: 'GET' | 'POST',
    path: string,
    body: string | null,
    timeoutMs: number,
  ): Promise<CallOutcome> {
    const abort = new AbortController();
    const timer = clock.setTimer(timeoutMs, () => abort.abort());
    try {
      const response = await agent.request({
        origin,
        path: `${basePath}${path}`,
        method,
        headers: body === null ? { authorization } : { authorization, 'content-type': 'application/json' },
        body,
        signal: abort.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      return await outcomeOf(response);
    } catch (error) {
      return failureOf(error, abort.signal.aborted);
    } finally {
      timer.cancel();
    }
  }

  const onCall = (callId: string, operation: string): string =>
    `/realtime/calls/${encodeURIComponent(callId)}/${operation}`;

  return {
    accept: (callId, body, timeoutMs) => send('POST', onCall(callId, 'accept'), body, timeoutMs),
    reject: (callId, sipStatus) =>
      send('POST', onCall(callId, 'reject'), JSON.stringify({ status_code: sipStatus }), CONTROL_TIMEOUT_MS),
    refer: (callId, targetUri) =>
      send('POST', onCall(callId, 'refer'), JSON.stringify({ target_uri: targetUri }), CONTROL_TIMEOUT_MS),
    hangUp: (callId) => send('POST', onCall(callId, 'hangup'), null, CONTROL_TIMEOUT_MS),
    async warmUp() {
      const path = `/models/${encodeURIComponent(options.model)}`;
      const all = await Promise.all(
        Array.from({ length: WARM_CONNECTIONS }, () => send('GET', path, null, WARM_UP_TIMEOUT_MS)),
      );
      return all.at(-1) ?? { kind: 'unreachable', code: 'no_request' };
    },
    close: () => agent.destroy(),
  };
}

async function outcomeOf(response: Dispatcher.ResponseData): Promise<CallOutcome> {
  const { statusCode: status, headers, body } = response;
  if (status >= 200 && status < 300) {
    await body.dump();
    const requestId = headers['x-request-id'];
    return { kind: 'done', requestId: typeof requestId === 'string' ? requestId : null };
  }
  const code = await errorCode(body);
  if (status === 404 || code === 'call_id_not_found') return { kind: 'gone' };
  if (status === 409 || code === 'decision_already_made') return { kind: 'taken' };
  if (status === 401 || status === 403) return { kind: 'unauthorised', status };
  if (status === 429) return { kind: 'rate_limited', retryAfterMs: retryAfter(headers['retry-after']) };
  if (status >= 500) return { kind: 'unavailable', status };
  return { kind: 'refused', status, code };
}

async function errorCode(body: Dispatcher.ResponseData['body']): Promise<string | null> {
  let text = '';
  for await (const chunk of body) {
    text += String(chunk);
    if (text.length > MAX_ERROR_BYTES) return null;
  }
  try {
    const parsed = JSON.parse(text) as { error?: { code?: unknown } | null } | null;
    const code = parsed?.error?.code;
    return typeof code === 'string' ? code.slice(0, 100) : null;
  } catch {
    return null;
  }
}

function retryAfter(header: string | string[] | undefined): number | null {
  const seconds = typeof header === 'string' ? Number(header) : Number.NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}

function failureOf(error: unknown, timedOut: boolean): CallOutcome {
  const code = timedOut ? 'timeout' : codeOf(error);
  const unsent = BEFORE_SENDING.has(code) || TLS_REFUSED.test(code);
  return { kind: unsent ? 'unreachable' : 'ambiguous', code };
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'unknown';
}
