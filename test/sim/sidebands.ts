import type { Timer } from '../../src/lib/clock.ts';
import type { Sideband, SidebandListener, Sidebands } from '../../src/realtime/sideband.ts';
import { Wire, type WireParts } from './wire.ts';

/** As src/realtime/sideband.ts has it, ms. */
const PING_INTERVAL_MS = 4_000;

/** The sidebands of one process: the port of src/realtime/sideband.ts over wires that stall and break. */
export class SimulatedSidebands implements Sidebands {
  readonly #parts: WireParts;
  readonly #wires = new Set<Wire>();
  #heartbeat: Timer | null = null;

  constructor(parts: WireParts) {
    this.#parts = parts;
  }

  /** Sockets that this process has. */
  get size(): number {
    return this.#wires.size;
  }

  connect(callId: string, listener: SidebandListener): Sideband {
    const wire = new Wire(this.#parts, callId, listener, this.#wires);
    this.#wires.add(wire);
    wire.shakeHands();
    this.#heartbeat ??= this.#parts.host.clock.setTimer(PING_INTERVAL_MS, () => this.#beat());
    return wire;
  }

  close(): void {
    this.#heartbeat?.cancel();
    this.#heartbeat = null;
    for (const wire of this.#wires) wire.close();
  }

  /** Breaks every open wire of this process. */
  cut(): void {
    for (const wire of this.#wires) wire.cut();
  }

  /** Nothing passes for a while. */
  stall(ms: number): void {
    for (const wire of this.#wires) wire.stall(ms);
  }

  #beat(): void {
    for (const wire of this.#wires) wire.beat();
    this.#heartbeat =
      this.#wires.size === 0 ? null : this.#parts.host.clock.setTimer(PING_INTERVAL_MS, () => this.#beat());
  }
}
