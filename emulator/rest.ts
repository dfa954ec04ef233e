import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../src/lib/clock.ts';
import { pause } from '../src/lib/deadline.ts';
import type { Random } from '../src/lib/random.ts';
import type { Call } from './call.ts';
import { ApiError, callNotFound, errorBody, unauthorised } from './errors.ts';
import { newId } from './events.ts';
import type { FaultQueue } from './faults.ts';
import { applyOperation } from './operations.ts';
import { isObject } from './schema.ts';
import { checkSession } from './session-schema.ts';
import type { RestFault, RestOperation } from './types.ts';

/** Largest body that is read, bytes. */
const MAX_BODY = 1_048_576;

/** Models that `GET /v1/models` lists. */
const MODELS = ['gpt-realtime-2.1', 'gpt-realtime-2.1-mini', 'gpt-transcribe'];

const CALL_PATH = /^\/v1\/realtime\/calls\/([^/]+)\/(accept|reject|refer|hangup)$/u;

export interface RestOptions {
  readonly apiKey: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: FaultQueue<RestOperation, RestFault>;
  readonly find: (callId: string) => Call | undefined;
  /** Makes a call that the client itself has placed. */
  readonly place: (session: Record<string, unknown>) => Call;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Answers one request. Never rejects. */
export async function handleRest(
  options: RestOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(request);
    requireKey(options.apiKey, request);
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [, callId, operation] = CALL_PATH.exec(pathname) ?? [];
    if (request.method === 'POST' && callId !== undefined && operation !== undefined) {
      const target = { callId: decodeURIComponent(callId), operation: operation as RestOperation };
      await onCall(options, target, body, request, response);
    } else if (request.method === 'POST' && pathname === '/v1/realtime/calls') {
      send(options, response, await create(options, body, request));
    } else if (request.method === 'GET' && pathname === '/v1/models') {
      send(options, response, { status: 200, body: models() });
    } else if (request.method === 'GET' && MODELS.includes(pathname.slice(MODEL_PATH.length))) {
      send(options, response, { status: 200, body: model(pathname.slice(MODEL_PATH.length)) });
    } else {
      throw new ApiError(404, null, `Invalid URL (${request.method ?? ''} ${pathname})`);
    }
  } catch (error) {
    sendError(options, response, error);
  }
}

/** Refuses a request without the right bearer key. */
export function requireKey(apiKey: string, request: IncomingMessage): void {
  if (request.headers.authorization !== `Bearer ${apiKey}`) throw unauthorised();
}

async function onCall(
  options: RestOptions,
  target: { readonly callId: string; readonly operation: RestOperation },
  raw: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { callId, operation } = target;
  const call = options.find(callId);
  const at = options.clock.monotonic();
  const body = readJson(raw);
  const note = (status: number): void => {
    call?.noteRest({
      operation,
      status,
      body: body instanceof ApiError ? null : body,
      at,
      headers: request.headers,
    });
  };
  const apply = (effect: boolean): void => {
    if (call === undefined) throw callNotFound();
    if (body instanceof ApiError) throw body;
    applyOperation(call, operation, body, effect);
  };
  const fault = options.faults.take(operation, callId);
  if (fault?.kind === 'delay') await pause(options.clock, fault.ms);
  try {
    switch (fault?.kind) {
      case 'status':
        note(fault.status);
        sendFault(options, response, fault);
        return;
      case 'applied_no_answer':
        apply(true);
        note(0);
        return;
      case 'no_answer':
        note(0);
        return;
      case 'reset':
        note(0);
        request.socket.resetAndDestroy();
        return;
      case 'delay':
      case 'ok_no_effect':
      case undefined:
        apply(fault?.kind !== 'ok_no_effect');
        note(200);
        send(options, response, { status: 200 });
    }
  } catch (error) {
    note(error instanceof ApiError ? error.status : 500);
    throw error;
  }
}

async function create(options: RestOptions, raw: Buffer, request: IncomingMessage): Promise<Answer> {
  const session = await readOffer(raw, request.headers['content-type'] ?? '');
  const refusal = checkSession(session);
  if (refusal !== null) throw refusal;
  const call = options.place(session);
  return {
    status: 201,
    body: 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=emulator\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=recvonly\r\n',
    headers: { 'content-type': 'application/sdp', location: `/v1/realtime/calls/${call.id}` },
  };
}

/** The session of a create request: a part of a form, or the default one beside a bare SDP offer. */
async function readOffer(raw: Buffer, contentType: string): Promise<Record<string, unknown>> {
  if (contentType.startsWith('application/sdp')) return { type: 'realtime' };
  if (!contentType.startsWith('multipart/form-data')) {
    throw new ApiError(400, 'invalid_content_type', `Unsupported content type: '${contentType}'.`);
  }
  const form = await new Response(new Uint8Array(raw), {
    headers: { 'content-type': contentType },
  }).formData();
  if (!form.has('sdp'))
    throw new ApiError(400, 'missing_required_parameter', "Missing required parameter: 'sdp'.");
  const part = form.get('session');
  if (part === null) return { type: 'realtime' };
  const session = readJson(Buffer.from(typeof part === 'string' ? part : await part.text()));
  if (session instanceof ApiError) throw session;
  return isObject(session) ? session : {};
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new ApiError(413, 'request_too_large', 'The request body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readJson(raw: Buffer): unknown {
  if (raw.length === 0) return undefined;
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return new ApiError(400, null, 'We could not parse the JSON body of your request.');
  }
}

const MODEL_PATH = '/v1/models/';

function models(): unknown {
  return { object: 'list', data: MODELS.map(model) };
}

function model(id: string): unknown {
  return { id, object: 'model', created: 1_783_296_000, owned_by: 'system' };
}

function sendFault(
  options: RestOptions,
  response: ServerResponse,
  fault: Extract<RestFault, { kind: 'status' }>,
): void {
  const error = new ApiError(
    fault.status,
    fault.code ?? null,
    `The emulator was told to answer ${fault.status}.`,
  );
  const body = fault.status >= 400 ? errorBody(error) : undefined;
  send(options, response, { status: fault.status, body, headers: fault.headers ?? {} });
}

function sendError(options: RestOptions, response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.headersSent) return;
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, null, error instanceof Error ? error.message : String(error));
  send(options, response, { status: known.status, body: errorBody(known) });
}

function send(options: RestOptions, response: ServerResponse, answer: Answer): void {
  const { status, body, headers } = answer;
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'x-request-id': newId('req', options.random),
    ...(text === '' ? {} : { 'content-type': 'application/json' }),
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  response.end(text);
}
