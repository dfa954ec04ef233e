/** Bytes. A delivery is a few KB; the largest body that is read, hashed and parsed is 64 KiB. */
export const WEBHOOK_BODY_LIMIT = 64 * 1024;

/** Ms for a whole request to arrive. A real delivery takes one round trip. */
export const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Ms for the headers to arrive. Node watches slow bodies only when this is less than the request timeout; with its
 * default of 60 s a body may trickle for ever.
 */
export const HEADERS_TIMEOUT_MS = 3_000;

/**
 * Ms between looks at open connections: a slow request ends at most this long after its time-out. Often enough that a
 * thousand of them are gone within six seconds; a look costs next to nothing where none is late.
 */
export const CONNECTIONS_CHECK_MS = 250;

/** Ms an idle connection is kept. Longer than the 60 s of common load balancers, which must be the ones to close. */
export const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Requests on one connection before it is closed, so that long-lived ones spread over new nodes. */
export const MAX_REQUESTS_PER_SOCKET = 1_000;

/** Options of the HTTP server, in the shape Fastify takes. */
export const serverLimits = {
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  maxRequestsPerSocket: MAX_REQUESTS_PER_SOCKET,
  http: {
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
  },
} as const;

interface IncomingRequest {
  readonly headers: { readonly 'transfer-encoding'?: string | undefined };
}

interface OutgoingReply {
  header(name: string, value: string): unknown;
  code(statusCode: number): { send(payload: unknown): unknown };
}

/**
 * An onRequest hook: answers 501 to any Transfer-Encoding but `chunked` and closes the connection. Node lets unknown
 * codings through; a proxy in front may see the end of such a body elsewhere than we do.
 */
export function refuseForeignTransferEncoding(
  request: IncomingRequest,
  reply: OutgoingReply,
  done: () => void,
): void {
  const coding = request.headers['transfer-encoding'];
  if (coding === undefined || coding.trim().toLowerCase() === 'chunked') {
    done();
    return;
  }
  reply.header('connection', 'close');
  reply.code(501).send({ statusCode: 501, error: 'Not Implemented', message: 'Unknown Transfer-Encoding' });
}
