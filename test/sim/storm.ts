import { CALM_MS, type Fate, type Fault } from './faults.ts';
import type { Fleet, Machine } from './fleet.ts';
import type { Host } from './host.ts';
import type { Scheduler } from './scheduler.ts';
import { CALM, type Weather } from './weather.ts';

/** A process that died is started again after this, at most, ms. */
const RESTART_MS = 4_000;

/** Passages that come several times a second whatever the calls do: a point that counted them would hit nothing else. */
const ROUTINE = new Set(['renewLeases', 'takeLapsedCalls']);

/** Brings a world's faults upon it, and takes every one away again. */
export class Storm {
  readonly #scheduler: Scheduler;
  readonly #fleet: Fleet;
  readonly #weather: Weather;
  readonly #note: (what: string) => void;
  #over = false;
  #pointed: { readonly fault: Fault; left: number }[];

  constructor(
    parts: { scheduler: Scheduler; fleet: Fleet; weather: Weather; note: (what: string) => void },
    fate: Fate,
  ) {
    this.#scheduler = parts.scheduler;
    this.#fleet = parts.fleet;
    this.#weather = parts.weather;
    this.#note = parts.note;
    this.#pointed = fate.faults.flatMap((fault) =>
      fault.point === null ? [] : [{ fault, left: fault.point }],
    );
    for (const fault of fate.faults)
      if (fault.point === null) this.#scheduler.after(fault.atMs, () => this.#strike(fault));
    this.#scheduler.after(CALM_MS, () => this.calm());
  }

  /** Something leaves a process, or was done for it: it may be its last. */
  passed(host: Host, what: string): void {
    if (this.#pointed.length === 0 || ROUTINE.has(what) || this.#over) return;
    for (const pointed of this.#pointed) {
      const machine = this.#fleet.machines[pointed.fault.node];
      if (machine?.host !== host) continue;
      pointed.left -= 1;
      if (pointed.left === 0) this.#scheduler.after(0, () => this.#strike(pointed.fault));
    }
    this.#pointed = this.#pointed.filter(({ left }) => left > 0);
  }

  #strike(fault: Fault): void {
    const machine = this.#fleet.machines[fault.node];
    if (machine === undefined || this.#over) return;
    this.#note(`fault ${fault.kind} ${machine.host.name} for ${fault.forMs} ms`);
    const { host } = machine;
    if (fault.kind.startsWith('store')) {
      const until = this.#scheduler.now + fault.forMs;
      this.#weather.storeFaultUntil = Math.max(this.#weather.storeFaultUntil, until);
    }
    switch (fault.kind) {
      case 'crash':
        return this.#crash(machine, fault.forMs);
      case 'all_crash':
        for (const one of this.#fleet.machines) this.#crash(one, fault.forMs);
        return;
      case 'freeze':
        host.freeze();
        return this.#after(fault.forMs, () => host.thaw());
      case 'drain':
        return this.#fleet.drain(machine);
      case 'store_down':
        return this.#turn('store', { state: 'down', delayMs: 3, flake: 0 }, fault.forMs);
      case 'store_hang':
        return this.#turn('store', { state: 'hang', delayMs: 3, flake: 0 }, fault.forMs);
      case 'store_slow':
        return this.#turn('store', { state: 'up', delayMs: fault.forMs / 4, flake: 0 }, fault.forMs);
      case 'store_flaky':
        return this.#turn('store', { state: 'up', delayMs: 20, flake: 0.1 }, fault.forMs);
      case 'storeless':
        // A node that is alone and is cut off by itself cannot know that another one joined: see docs/simulator.md.
        if (machine.node.manager.owner.peers === 0)
          return this.#turn('store', { state: 'hang', delayMs: 3, flake: 0 }, fault.forMs);
        this.#weather.storeless.add(host.name);
        return this.#after(fault.forMs, () => this.#weather.storeless.delete(host.name));
      case 'api_down':
        return this.#turn('api', { ...CALM.api, down: true }, fault.forMs);
      case 'api_errors':
        return this.#turn(
          'api',
          { ...CALM.api, unavailable: 0.3, doneUnavailable: 0.2, rateLimited: 0.1 },
          fault.forMs,
        );
      case 'api_lossy':
        return this.#turn('api', { ...CALM.api, lost: 0.5, delayMs: 1_500 }, fault.forMs);
      case 'wires_cut':
        return machine.sidebands.cut();
      case 'wires_stall':
        return machine.sidebands.stall(fault.forMs);
      case 'wires_refused':
        return this.#turn('wires', { refused: 0.6, delayMs: 300 }, fault.forMs);
    }
  }

  #crash(machine: Machine, restartMs: number): void {
    if (!machine.host.alive) return;
    machine.host.crash();
    this.#scheduler.after(Math.min(restartMs, RESTART_MS), () => this.#fleet.restart(machine));
  }

  #turn<K extends 'api' | 'wires' | 'store'>(what: K, weather: Weather[K], forMs: number): void {
    this.#weather[what] = weather;
    this.#after(forMs, () => {
      if (this.#weather[what] === weather) this.#weather[what] = CALM[what] as Weather[K];
    });
  }

  #after(ms: number, run: () => void): void {
    this.#scheduler.after(ms, run);
  }

  /** Everything is repaired, and nothing more goes wrong. */
  calm(): void {
    if (this.#over) return;
    this.#over = true;
    this.#note('the storm is over');
    Object.assign(this.#weather, CALM);
    this.#weather.storeless.clear();
    this.#pointed = [];
    for (const machine of this.#fleet.machines) {
      machine.host.thaw();
      if (!machine.host.alive) this.#fleet.restart(machine);
    }
  }
}
