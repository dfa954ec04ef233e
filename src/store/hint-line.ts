import pg from 'pg';
import { type BackoffPolicy, fullJitter } from '../lib/backoff.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import { settledWithin } from '../lib/deadline.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { sqlState } from './failure.ts';

/** Who hears the notifications of a channel. */
export interface LineListener {
  /** An identifier of SQL that needs no quotes. */
  readonly channel: string;
  /** The line is up; what was told before is lost. */
  onOpen(): void;
  onPayload(payload: string): void;
}

export interface LineOptions {
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Name of the connection on the server. */
const APPLICATION_NAME = 'denwaban-hints';
/** The server is reached and has answered within these, ms: nobody waits, but a line that hangs is none. */
const CONNECT_TIMEOUT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 2_000;
/** A line on which nothing is told says nothing of whether it works: it is asked this often, ms. */
const PROBE_MS = 10_000;
/** First TCP keep-alive probe on the idle connection, ms. */
const KEEP_ALIVE_DELAY_MS = 5_000;
/** Waits before a lost line is made again: the polls go on meanwhile, so the server is given time. */
const RETRY: BackoffPolicy = { baseMs: 500, capMs: 15_000 };
/** A farewell that the server does not take is not waited for longer, ms. */
const CLOSE_MS = 500;

/**
 * One connection of its own that listens: a pooled one would be given to somebody else. It is made again whenever it is
 * lost, for as long as it takes.
 */
export class HintLine {
  readonly #options: LineOptions;
  readonly #listener: LineListener;
  #client: pg.Client | null = null;
  #timer: Timer | null = null;
  /** Tries since the line was up. */
  #attempts = 0;
  #closed = false;

  constructor(options: LineOptions, listener: LineListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Begins to connect. */
  open(): void {
    if (!this.#closed) void this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    const client = this.#client;
    this.#client = null;
    if (client !== null) await settledWithin(this.#options.clock, CLOSE_MS, client.end());
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.databaseUrl,
      application_name: APPLICATION_NAME,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    });
    this.#client = client;
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, null));
    client.on('notification', ({ payload = '' }) => {
      if (client === this.#client) this.#listener.onPayload(payload);
    });
    try {
      await client.connect();
      await client.query(`listen ${this.#listener.channel}`);
    } catch (error) {
      this.#lost(client, error);
      return;
    }
    if (client !== this.#client) return;
    if (this.#attempts > 0) this.#options.log.info({}, 'Hints of other nodes are heard again');
    this.#attempts = 0;
    this.#probeLater(client);
    this.#listener.onOpen();
  }

  #probeLater(client: pg.Client): void {
    this.#timer = this.#options.clock.setTimer(PROBE_MS, () => {
      client.query('select 1').then(
        () => {
          if (client === this.#client) this.#probeLater(client);
        },
        (error: unknown) => this.#lost(client, error),
      );
    });
  }

  #lost(client: pg.Client, error: unknown): void {
    if (client !== this.#client) return;
    const { clock, random, log } = this.#options;
    this.#client = null;
    this.#timer?.cancel();
    // Said once: what follows are tries to mend it.
    if (this.#attempts === 0)
      log.warn({ sqlState: sqlState(error) }, 'Hints of other nodes are not heard: polls find what there is');
    const wait = RETRY.baseMs + fullJitter(RETRY, this.#attempts, random);
    this.#attempts += 1;
    this.#timer = clock.setTimer(wait, () => this.open());
    // With a statement under way this destroys the socket; an end that was told already resolves at once.
    void client.end();
  }
}
