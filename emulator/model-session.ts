import type { WebSocket } from 'ws';
import type { Clock } from '../src/lib/clock.ts';
import type { Random } from '../src/lib/random.ts';
import { handleClientMessage } from './client-events.ts';
import { type EventBody, withEventId } from './events.ts';
import { RealtimeSession } from './realtime-session.ts';
import { Sideband } from './sideband.ts';
import type { Model } from './types.ts';

export interface ModelSessionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly model: Model;
  readonly thinkMs: number;
  /** Name of the model that the client asked for. */
  readonly name: string;
}

/** A session over one WebSocket without a telephone. Closing the socket ends it. */
export function openModelSession(socket: WebSocket, options: ModelSessionOptions): void {
  const { clock, random, model, thinkMs } = options;
  const line = new Sideband({
    onSent: () => {},
    onReceived: (message) => {
      const refused = handleClientMessage(session, message);
      if (refused === null) return;
      const { type, code, message: text, param } = refused.error;
      emit({ type: 'error', error: { type, code, message: text, param, event_id: refused.eventId } });
    },
    onChange: () => {
      if (!line.open) session.drop();
    },
  });
  const emit = (event: EventBody): void => line.send(withEventId(event, random));
  const session: RealtimeSession = new RealtimeSession({
    clock,
    random,
    model,
    thinkMs,
    pace: { speed: 1 },
    emit,
    asked: { type: 'realtime', model: options.name },
    sip: false,
    onHeard: () => {},
    onCalm: () => {},
  });
  line.add(socket);
  emit({ type: 'session.created', session: session.config.wire });
}
