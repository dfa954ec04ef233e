import type { Timer } from '../../src/lib/clock.ts';
import type { AttachFailure, DetachCause, Sideband, SidebandListener } from '../../src/realtime/sideband.ts';
import type { Host } from './host.ts';
import type { OpenAiModel } from './openai-model.ts';
import type { Scheduler } from './scheduler.ts';
import type { WireWeather } from './weather.ts';

/** As src/realtime/sideband.ts and the configuration have them, ms. */
const MAX_MISSED_PINGS = 2;
const HANDSHAKE_TIMEOUT_MS = 3_000;

export interface WireParts {
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly openai: OpenAiModel;
  readonly weather: () => WireWeather;
  /** Told of every event that is put on a socket. */
  readonly onAct: (callId: string, event: string) => void;
}

/** OpenAI's end of a sideband. */
export interface ServerSocket {
  send(frame: string): void;
  /** The call is over. */
  close(): void;
}

/** One sideband and the way between its ends: in order, as late as it may be, and breakable. */
export class Wire implements Sideband {
  readonly callId: string;
  readonly #parts: WireParts;
  readonly #listener: SidebandListener;
  readonly #registry: Set<Wire>;
  readonly #server: ServerSocket;
  #state: 'connecting' | 'open' | 'over' = 'connecting';
  /** Whether OpenAI holds its end. */
  #served = false;
  #toServerAt = 0;
  #toClientAt = 0;
  #stalledUntil = 0;
  #missedPings = 0;
  #timeout: Timer | null = null;

  constructor(parts: WireParts, callId: string, listener: SidebandListener, registry: Set<Wire>) {
    this.callId = callId;
    this.#parts = parts;
    this.#listener = listener;
    this.#registry = registry;
    this.#server = {
      send: (frame) => this.#toClient(null, () => this.#received(frame)),
      close: () => {
        this.#served = false;
        this.#toClient('sideband closed by OpenAI', () => this.#lost('closed', 1000));
      },
    };
    parts.host.onDeath(() => this.#fin());
  }

  shakeHands(): void {
    const { host, openai, weather } = this.#parts;
    this.#timeout = host.clock.setTimer(HANDSHAKE_TIMEOUT_MS, () =>
      this.#failed({ kind: 'unreachable', code: 'timeout' }),
    );
    if (host.chance.happens(weather().refused)) {
      const failure: AttachFailure = host.chance.happens(0.5)
        ? { kind: 'unreachable', code: 'ECONNREFUSED' }
        : { kind: 'refused', status: 503 };
      this.#toClient('handshake refused', () => this.#failed(failure));
      return;
    }
    this.#toServer(() => {
      if (this.#state === 'over' || !host.alive) return;
      if (!openai.mayAttach(this.callId)) {
        this.#toClient('handshake 404', () => this.#failed({ kind: 'not_found' }));
        return;
      }
      this.#served = true;
      this.#toClient('sideband open', () => this.#opened());
      openai.attach(this.callId, this.#server);
    });
  }

  send(event: string): boolean {
    if (this.#state !== 'open') return false;
    this.#parts.onAct(this.callId, event);
    this.#toServer(() => {
      if (this.#served) this.#parts.openai.receive(this.callId, event, this.#server);
    });
    return true;
  }

  close(): void {
    if (this.#state === 'over') return;
    this.#settle();
    this.#fin();
  }

  /** Breaks it: both ends learn of it. */
  cut(): void {
    if (this.#state !== 'open') return;
    this.#leave();
    this.#toClient('socket cut', () => this.#lost('closed', 1006));
  }

  /** Nothing passes for a while; then everything does, as TCP has it. */
  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#parts.scheduler.now + ms);
  }

  /** A ping, or the end of a wire that does not answer. */
  beat(): void {
    if (this.#state !== 'open') return;
    if (this.#missedPings >= MAX_MISSED_PINGS) {
      this.#leave();
      this.#lost('silent', 1006);
      return;
    }
    this.#missedPings += 1;
    this.#toServer(() => {
      if (this.#served) this.#toClient(null, () => (this.#missedPings = 0));
    });
  }

  #opened(): void {
    if (this.#state !== 'connecting') return;
    this.#timeout?.cancel();
    this.#state = 'open';
    this.#listener.onOpen();
  }

  #received(frame: string): void {
    this.#missedPings = 0;
    if (this.#state === 'open') this.#listener.onFrame(Buffer.from(frame));
  }

  #failed(failure: AttachFailure): void {
    if (this.#state !== 'connecting') return;
    this.#settle();
    this.#leave();
    this.#listener.onAttachFailed(failure);
  }

  #lost(cause: DetachCause, code: number): void {
    if (this.#state === 'connecting') this.#failed({ kind: 'unreachable', code: String(code) });
    if (this.#state !== 'open') return;
    this.#settle();
    this.#listener.onDetached(cause, code);
  }

  #settle(): void {
    this.#state = 'over';
    this.#timeout?.cancel();
    this.#registry.delete(this);
  }

  /** What was sent still arrives, and then OpenAI learns that nobody is there any more. */
  #fin(): void {
    if (this.#served) this.#toServer(() => this.#leave());
  }

  #leave(): void {
    if (!this.#served) return;
    this.#served = false;
    this.#parts.openai.detach(this.callId, this.#server);
  }

  #toServer(arrive: () => void): void {
    this.#toServerAt = this.#arrivalAfter(this.#toServerAt);
    const { scheduler } = this.#parts;
    scheduler.after(this.#toServerAt - scheduler.now, arrive, false);
  }

  #toClient(what: string | null, arrive: () => void): void {
    this.#toClientAt = this.#arrivalAfter(this.#toClientAt);
    const { host, scheduler } = this.#parts;
    host.post(this.#toClientAt - scheduler.now, what === null ? null : `${this.callId}: ${what}`, arrive);
  }

  #arrivalAfter(last: number): number {
    const { host, scheduler, weather } = this.#parts;
    const own = scheduler.now + 1 + host.chance.next() * weather().delayMs;
    return Math.max(last, own, this.#stalledUntil);
  }
}
