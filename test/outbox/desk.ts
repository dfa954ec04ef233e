import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMessageTemplates } from '../../src/briefing/message-template.ts';
import type { Log, LogFields } from '../../src/lib/log.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { createDelivery } from '../../src/outbox/delivery.ts';
import type { JobEngine } from '../../src/outbox/jobs.ts';
import type {
  ChangeEvent,
  EnqueueResult,
  MessageQueue,
  MessageRequest,
  OutboundRecord,
  Sender,
  Senders,
} from '../../src/outbox/ports.ts';
import { createMessageQueue } from '../../src/outbox/queue.ts';
import type { QuietHours } from '../../src/outbox/quiet-hours.ts';
import { getRow } from '../../src/outbox/rows.ts';
import type { Store } from '../../src/store/open.ts';
import { ManualClock } from '../store/manual-clock.ts';

const file = join(packageRoot(), 'scenarios', 'messages-ja.yaml');
export const TEMPLATES = parseMessageTemplates(file, readFileSync(file, 'utf8'));

/** 14:00 on a Wednesday in Japan. */
export const AFTERNOON = Date.parse('2026-11-25T14:00:00+09:00');

/** A mobile number that nobody has. */
export const MOBILE = '+819012340001';

let requests = 0;

/** A request to send a confirmation, unlike any other. */
export function requestOf(changes: Partial<MessageRequest> = {}): MessageRequest {
  requests += 1;
  return {
    kind: 'sms',
    templateKey: 'attendance_confirmed',
    to: MOBILE,
    data: {
      organisation: '株式会社サンプル',
      briefing: '採用説明会',
      when: '11月26日(木) 14:00',
      place: '本社3階',
      access: 'https://meeting.example.jp/j/1234567890',
      status: '出席予定',
      arrival: '14:20',
      contact: '03-1234-5678',
    },
    callId: null,
    applicantId: null,
    naturalKey: `request-${requests}`,
    ...changes,
  };
}

/** Lines that were logged, as text. */
export class LinesLog implements Log {
  readonly lines: string[] = [];
  trace = (fields: LogFields, message: string): void => this.#keep('trace', fields, message);
  debug = (fields: LogFields, message: string): void => this.#keep('debug', fields, message);
  info = (fields: LogFields, message: string): void => this.#keep('info', fields, message);
  warn = (fields: LogFields, message: string): void => this.#keep('warn', fields, message);
  error = (fields: LogFields, message: string): void => this.#keep('error', fields, message);
  fatal = (fields: LogFields, message: string): void => this.#keep('fatal', fields, message);
  child = (): Log => this;

  #keep(level: string, fields: LogFields, message: string): void {
    this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  }
}

interface PlannedJob {
  readonly queue: string;
  readonly messageId: string;
  readonly at: number;
}

/** The outbox over a real store, with jobs that run when the clock is turned by hand. */
export interface Desk {
  readonly clock: ManualClock;
  readonly log: LinesLog;
  readonly queue: MessageQueue;
  readonly jobs: Pick<JobEngine, 'add'> & { readonly planned: PlannedJob[] };
  /** `kind outcome` of what the observer was told, in order. */
  readonly observed: string[];
  enqueue(request: MessageRequest): Promise<EnqueueResult>;
  /** Stores a message that must be taken. @returns its id */
  put(request?: MessageRequest): Promise<string>;
  publish(event: ChangeEvent): Promise<number>;
  deliver(messageId: string): Promise<void>;
  /** Runs the jobs that are due. @returns how many */
  runDue(): Promise<number>;
  /** Turns the clock to the next job and runs it. @returns ms that were waited */
  runNext(): Promise<number>;
  row(messageId: string): Promise<OutboundRecord>;
}

export interface DeskOptions {
  readonly store: Store;
  readonly senders?: Senders;
  /** Sender of text messages, when there is no other. */
  readonly sms?: Sender;
  readonly clock?: ManualClock;
  readonly quietHours?: QuietHours | null;
  readonly budget?: number;
  readonly targets?: readonly { readonly name: string }[];
  readonly leaseMs?: number;
}

export function openDesk(options: DeskOptions): Desk {
  const { store } = options;
  const clock = options.clock ?? new ManualClock(AFTERNOON);
  const log = new LinesLog();
  const observed: string[] = [];
  const planned: PlannedJob[] = [];
  const jobs = {
    planned,
    add: async (_: unknown, queue: string, data: object, timing: { at?: number } = {}): Promise<void> => {
      planned.push({
        queue,
        messageId: (data as { messageId: string }).messageId,
        at: timing.at ?? clock.now(),
      });
    },
  };
  const senders: Senders =
    options.senders ?? new Map(options.sms === undefined ? [] : [['sms', options.sms]]);
  const parts = {
    database: { db: store.db, transact: store.transact },
    jobs,
    senders,
    templates: TEMPLATES,
    targets: options.targets ?? [],
    clock,
    random: systemRandom,
    log,
    observer: {
      onSent: (kind: string, outcome: string) => void observed.push(`${kind} ${outcome}`),
      onFailed: (kind: string) => void observed.push(`${kind} failed`),
      onDead: (kind: string) => void observed.push(`${kind} dead`),
      onUnresolved: (count: number) => void observed.push(`unresolved ${count}`),
    },
    quietHours: options.quietHours ?? null,
    organizerEmail: 'desk@example.jp',
    budget: options.budget ?? 1_000_000,
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
  };
  const queue = createMessageQueue(parts);
  const deliver = createDelivery(parts);
  const enqueue = async (request: MessageRequest): Promise<EnqueueResult> =>
    store.transact(async ({ trx }) => queue.enqueue(trx, request));
  const runDue = async (): Promise<number> => {
    const due = planned.filter(({ at }) => at <= clock.now());
    for (const job of due) {
      planned.splice(planned.indexOf(job), 1);
      await deliver(job.messageId);
    }
    return due.length;
  };

  return {
    clock,
    log,
    queue,
    jobs,
    observed,
    enqueue,
    put: async (request = requestOf()) => {
      const result = await enqueue(request);
      if (result.outcome !== 'queued') throw new Error(`the message was not taken: ${result.outcome}`);
      return result.messageId;
    },
    publish: async (event) => store.transact(async ({ trx }) => queue.publish(trx, event)),
    deliver,
    runDue,
    runNext: async () => {
      const next = planned.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) throw new Error('no job is planned');
      const wait = Math.max(0, next.at - clock.now());
      clock.advance(wait);
      await runDue();
      return wait;
    },
    row: async (messageId) => {
      const row = await getRow(store.db, messageId);
      if (row === null) throw new Error('no such message');
      return row;
    },
  };
}

/** A sender that takes everything at once. */
export function openSender(): Sender & { readonly references: string[] } {
  const references: string[] = [];
  return {
    references,
    repeatable: false,
    settleMs: 0,
    send: async (_, reference) => {
      references.push(reference);
      return { outcome: 'sent', providerId: null };
    },
    lookUp: async (_, reference) =>
      references.includes(reference) ? { outcome: 'sent', providerId: null } : { outcome: 'absent' },
    close: async () => undefined,
  };
}
