import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Random } from '../src/lib/random.ts';
import type { Call } from './call.ts';
import { ApiError, callNotFound, errorBody } from './errors.ts';
import { newId } from './events.ts';
import type { FaultQueue } from './faults.ts';
import { requireKey } from './rest.ts';
import type { AttachFault } from './types.ts';

export interface UpgradeOptions {
  readonly apiKey: string;
  readonly random: Random;
  readonly sockets: WebSocketServer;
  readonly faults: FaultQueue<'attach', AttachFault>;
  readonly find: (callId: string) => Call | undefined;
  /** Most sidebands of one call at once. */
  readonly sidebands: number;
  /** Takes a WebSocket without a telephone. */
  readonly openSession: (socket: WebSocket, model: string) => void;
}

/** Answers one request for a WebSocket: a sideband of a call, or a session of its own. */
export function handleUpgrade(
  options: UpgradeOptions,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  // The peer may go away at any time; what matters is then told by the WebSocket's own close.
  socket.on('error', () => {});
  const url = new URL(request.url ?? '/', 'http://localhost');
  try {
    if (url.pathname !== '/v1/realtime') throw new ApiError(404, null, `Invalid URL (GET ${url.pathname})`);
    requireKey(options.apiKey, request);
    const callId = url.searchParams.get('call_id');
    const model = url.searchParams.get('model');
    if (callId !== null) attach(options, callId, request, socket, head);
    else if (model !== null) {
      options.sockets.handleUpgrade(request, socket, head, (open) => options.openSession(open, model));
    } else throw new ApiError(400, 'missing_model', 'You must provide a model parameter.');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuse(options, socket, error);
  }
}

function attach(
  options: UpgradeOptions,
  callId: string,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const fault = options.faults.take('attach', callId);
  if (fault?.kind === 'no_answer') return;
  if (fault?.kind === 'status') {
    throw new ApiError(fault.status, null, `The emulator was told to answer ${fault.status}.`);
  }
  const call = options.find(callId);
  if (call === undefined || !call.attachable) throw callNotFound();
  if (call.sidebandsOpen >= options.sidebands)
    throw new ApiError(409, null, `The emulator was told to have ${options.sidebands} sidebands per call.`);
  options.sockets.handleUpgrade(request, socket, head, (open) => {
    call.attach(open, fault?.kind === 'silent');
  });
}

function refuse(options: UpgradeOptions, socket: Duplex, error: ApiError): void {
  const body = JSON.stringify(errorBody(error));
  const lines = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${newId('req', options.random)}`,
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
