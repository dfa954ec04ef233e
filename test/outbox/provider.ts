import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the stand-in does with one request to send. */
export type Fault =
  /** Takes the message and says so. */
  | 'none'
  /** 429 with retry-after of 7 s; takes nothing. */
  | 'busy'
  /** Takes the message, never answers. */
  | 'silent_sent'
  /** Takes nothing, never answers. */
  | 'silent'
  /** 400 with code 21614; takes nothing. */
  | 'refused'
  /** Cuts the connection; takes nothing. */
  | 'cut_before'
  /** Takes the message and cuts the connection. */
  | 'cut_after'
  /** 500, though the message was taken. */
  | 'failed_sent'
  /** 401: the token is wrong. */
  | 'unauthorised';

export interface TakenMessage {
  readonly sid: string;
  readonly to: string;
  readonly body: string;
  readonly statusCallback: string | null;
  readonly at: number;
}

/** A stand-in for a provider of text messages in the shape of Twilio's REST API, on a real socket. */
export interface Provider {
  readonly url: string;
  readonly taken: TakenMessage[];
  /** Requests to send, taken or not. */
  sends: number;
  lookUps: number;
  /** What happens to the next requests to send, in order; then `none`. */
  faults: Fault[];
  /** Looking messages up answers 503 while this is set. */
  blind: boolean;
  /** Authorization headers that were seen. */
  readonly authorizations: Set<string>;
  close(): Promise<void>;
}

/** @param now the stand-in's clock, ms */
export async function startProvider(now: () => number = Date.now): Promise<Provider> {
  const taken: TakenMessage[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const provider: Provider = {
    url: '',
    taken,
    sends: 0,
    lookUps: 0,
    faults: [],
    blind: false,
    authorizations: new Set(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    provider.authorizations.add(request.headers.authorization ?? '');
    const url = new URL(request.url ?? '/', 'http://provider');
    if (request.method === 'GET') {
      provider.lookUps += 1;
      if (provider.blind) return json(response, 503, { code: 20503 });
      const to = url.searchParams.get('To');
      const messages = taken
        .filter((message) => message.to === to)
        .map(({ sid, body, at }) => ({ sid, to, body, date_created: new Date(at).toUTCString() }));
      return json(response, 200, { messages });
    }
    const form = new URLSearchParams(await text(request));
    provider.sends += 1;
    const fault = provider.faults.shift() ?? 'none';
    if (['none', 'silent_sent', 'cut_after', 'failed_sent'].includes(fault)) {
      taken.push({
        sid: `SM${String(taken.length).padStart(32, '0')}`,
        to: form.get('To') ?? '',
        body: form.get('Body') ?? '',
        statusCallback: form.get('StatusCallback'),
        at: now(),
      });
    }
    switch (fault) {
      case 'none':
        return json(response, 201, { sid: taken.at(-1)?.sid, status: 'queued' });
      case 'busy':
        return json(response, 429, { code: 20429 }, { 'retry-after': '7' });
      case 'refused':
        return json(response, 400, { code: 21614, message: 'not a mobile number' });
      case 'unauthorised':
        return json(response, 401, { code: 20003 });
      case 'failed_sent':
        return json(response, 500, { code: 20500 });
      case 'cut_before':
      case 'cut_after':
        request.socket.destroy();
        return undefined;
      case 'silent':
      case 'silent_sent':
        return undefined;
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(provider, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** The body of a request. */
export async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
