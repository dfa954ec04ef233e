import { describeError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { CommandEnd, CommandStore, TakenCommand } from '../store/command-ports.ts';
import type { CallManager } from './manager.ts';
import type { OrderOutcome } from './orders.ts';
import { Poll } from './poll.ts';
import type { CallSession } from './session.ts';

/** Commands are looked for this often while calls are live, ms. */
const POLL_MS = 400;
/** An order waits this long for a moment in which nobody speaks, ms: past it the talk has gone on. */
const MOMENT_MS = 30_000;
/** A sentence is said and heard within this, ms, or nobody can tell whether it was. */
const SAID_MS = 60_000;

export interface CommandServices {
  readonly commands: CommandStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Keys that a call can be transferred to. */
  readonly targets: () => ReadonlyMap<string, unknown>;
}

type Outcome = Omit<CommandEnd, 'at'>;

const OUTCOMES: Readonly<Record<OrderOutcome, Outcome>> = {
  said: { state: 'done', result: 'said' },
  cut: { state: 'done', result: 'said_in_part' },
  failed: { state: 'failed', result: 'not_said' },
  unproven: { state: 'failed', result: 'unproven' },
};

/** Carries out what operators ask of this process's calls, once each, and stores what came of it. */
export class CommandDesk {
  readonly #services: CommandServices;
  readonly #manager: CallManager;
  /** Commands under way. */
  readonly #running = new Map<string, TakenCommand>();
  readonly #poll: Poll;
  #closed = false;

  constructor(services: CommandServices, manager: CallManager) {
    this.#services = services;
    this.#manager = manager;
    this.#poll = new Poll(services.clock, POLL_MS, async () => this.#look());
  }

  /** Looks for commands now, and from then on regularly. */
  async start(): Promise<void> {
    await this.#poll.start();
  }

  /** A command may have been written: looks now. */
  hint(): void {
    this.#poll.hint();
  }

  close(): void {
    this.#closed = true;
    this.#poll.close();
  }

  async #look(): Promise<void> {
    if (this.#manager.live === 0) return;
    const { commands, log } = this.#services;
    try {
      const taken = await commands.take(this.#manager.owner.seats, [...this.#running.keys()]);
      for (const command of taken) void this.#carryOut(command);
    } catch (error) {
      log.warn({ reason: describeError(error) }, 'Commands not looked for, trying again');
    }
  }

  async #carryOut(command: TakenCommand): Promise<void> {
    const { commands, clock, log } = this.#services;
    const { commandId, callId, kind } = command;
    this.#running.set(commandId, command);
    log.info({ call_id: callId, command_id: commandId, command: kind }, 'Command of an operator');
    try {
      const outcome = await this.#obey(command);
      if (outcome !== null) await commands.finish(command, { ...outcome, at: clock.now() });
      log.info({ call_id: callId, command_id: commandId, ...outcome }, 'Command ended');
    } catch (error) {
      // It stands as running: the end of the call settles it.
      log.error(
        { call_id: callId, command_id: commandId, reason: describeError(error) },
        'Command not settled',
      );
    } finally {
      this.#running.delete(commandId);
    }
  }

  /** @returns null when the end of the call tells what came of it */
  async #obey(command: TakenCommand): Promise<Outcome | null> {
    const { callId, kind, argument } = command;
    if (kind === 'hang_up') {
      this.#session(command)?.abort('ended_by_team', 'team', 'operator');
      await this.#whileLive(command, () => true);
      return null;
    }
    if (argument === null || (kind === 'transfer' && !this.#services.targets().has(argument)))
      return { state: 'refused', result: 'unknown_target' };
    const order = kind === 'say' ? 'say' : 'transfer';
    const deadline = this.#services.clock.monotonic() + MOMENT_MS;
    let under: Promise<OrderOutcome> | null = null;
    await this.#whileLive(command, (session) => {
      under = session.order(order, argument);
      return under === null && this.#services.clock.monotonic() < deadline;
    });
    if (this.#manager.session(callId) === null) return null;
    if (under === null) return { state: 'refused', result: 'no_quiet_moment' };
    return kind === 'say' ? this.#heard(command, under) : this.#transferred(command);
  }

  /** A transfer is believed when the call has left; here it can only be seen to fail. */
  async #transferred(command: TakenCommand): Promise<Outcome | null> {
    await this.#whileLive(command, (session) => session.phase === 'transferring');
    return this.#session(command) === null ? null : { state: 'failed', result: 'nobody_took_it' };
  }

  async #heard(command: TakenCommand, said: Promise<OrderOutcome>): Promise<Outcome | null> {
    const deadline = this.#services.clock.monotonic() + SAID_MS;
    let outcome: OrderOutcome | null = null;
    void said.then((how) => (outcome = how));
    await this.#whileLive(command, () => outcome === null && this.#services.clock.monotonic() < deadline);
    return this.#session(command) === null ? null : OUTCOMES[outcome ?? 'unproven'];
  }

  /** Asks again and again while the call is live here and `goOn` says so. */
  async #whileLive(command: TakenCommand, goOn: (session: CallSession) => boolean): Promise<void> {
    for (;;) {
      const session = this.#session(command);
      if (session === null || this.#closed || !goOn(session)) return;
      await new Promise<void>((resolve) => this.#services.clock.setTimer(LOOK_MS, resolve));
    }
  }

  #session({ callId, epoch }: TakenCommand): CallSession | null {
    const session = this.#manager.session(callId);
    return session?.epoch === epoch ? session : null;
  }
}

/** How often a call is looked at while an order waits, ms. */
const LOOK_MS = 100;
