import { createHash } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { AnswerKey, ApiAnswer, ApiAnswers } from '../store/api-ports.ts';
import type { CommandStore } from '../store/command-ports.ts';
import type { BriefingStore } from '../store/briefing-ports.ts';
import { ApiProblem } from './problem.ts';

/** Answers are kept for a day, ms: longer than any client goes on trying. */
export const ANSWER_LIFE_MS = 86_400_000;

/** Seconds after which a request that is being worked on is answered. */
const RETRY_AFTER_SECONDS = 1;

/** Visible ASCII, as in a header. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** The part of an open transaction that a write uses. */
export interface WriteTransaction {
  readonly briefings: BriefingStore;
  readonly answers: ApiAnswers;
  readonly commands: CommandStore;
}

/** Who asks for what, and the name under which it is done once. */
export interface WriteRequest {
  readonly keyId: string;
  /** Null: every request is one of its own. */
  readonly idempotencyKey: string | null;
  /** See `fingerprintOf`. */
  readonly fingerprint: string;
}

/** What a write answers. */
export interface Written {
  readonly status: number;
  /** Absent: nothing. */
  readonly body?: unknown;
  readonly etag?: string;
  /** Path of what was created. */
  readonly location?: string;
}

/** The answer of a write; `replayed`: of an earlier request under the same key. */
export interface WriteResult extends ApiAnswer {
  readonly replayed: boolean;
}

export interface WritesParts {
  readonly transact: <T>(
    work: (transaction: WriteTransaction) => Promise<T>,
    options?: { readonly timeoutMs?: number },
  ) => Promise<T>;
  readonly clock: Clock;
}

/** Does a write once: see `createWrites`. */
export type Write = (
  request: WriteRequest,
  work: (transaction: WriteTransaction) => Promise<Written>,
  options?: { readonly timeoutMs?: number },
) => Promise<WriteResult>;

/**
 * Makes the function that does a write and keeps its answer, in one transaction: whatever dies in between, both are
 * there or neither. A refusal is thrown, rolls back and is not kept: nothing was done, so the request may come again.
 */
export function createWrites({ transact, clock }: WritesParts): Write {
  const atWork = new Set<string>();
  return async (request, work, options) => {
    const { idempotencyKey, keyId, fingerprint } = request;
    if (idempotencyKey === null) {
      return transact(async (transaction) => answerOf(await work(transaction)), options);
    }
    const key = { keyId, idempotencyKey };
    const name = `${keyId} ${idempotencyKey}`;
    if (atWork.has(name)) throw inProgress();
    atWork.add(name);
    try {
      return await transact(async (transaction) => {
        const { answers } = transaction;
        if (!(await answers.lock(key))) throw inProgress();
        const earlier = await replayed(answers, key, fingerprint, clock.now());
        if (earlier !== null) return earlier;
        const answer = answerOf(await work(transaction));
        const { status, headers, body } = answer;
        await answers.save(key, { status, headers, body, fingerprint }, clock.now() + ANSWER_LIFE_MS);
        return answer;
      }, options);
    } finally {
      atWork.delete(name);
    }
  };
}

async function replayed(
  answers: ApiAnswers,
  key: AnswerKey,
  fingerprint: string,
  at: number,
): Promise<WriteResult | null> {
  const stored = await answers.find(key, at);
  if (stored === null) return null;
  if (stored.fingerprint !== fingerprint) {
    throw new ApiProblem('key_reused', {
      detail: 'this Idempotency-Key was used for another request; take a new one',
    });
  }
  const { status, headers, body } = stored;
  return { status, headers, body, replayed: true };
}

function answerOf({ status, body, etag, location }: Written): WriteResult {
  return {
    status,
    headers: {
      ...(etag === undefined ? {} : { etag }),
      ...(location === undefined ? {} : { location }),
    },
    body: body === undefined ? '' : JSON.stringify(body),
    replayed: false,
  };
}

function inProgress(): ApiProblem {
  return new ApiProblem('in_progress', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/**
 * Reads an Idempotency-Key header.
 *
 * @throws ApiProblem when it is no such key
 */
export function readIdempotencyKey(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && IDEMPOTENCY_KEY.test(header)) return header;
  throw new ApiProblem('invalid_request', {
    errors: [
      { pointer: '/headers/idempotency-key', detail: 'must be 1 to 255 visible characters of ASCII, once' },
    ],
  });
}

/** What makes two requests the same. The hash tells nothing of what was in them. */
export function fingerprintOf(parts: {
  readonly method: string;
  readonly url: string;
  readonly ifMatch: string | undefined;
  readonly body: unknown;
}): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([parts.method, parts.url, parts.ifMatch ?? null]));
  hash.update(Buffer.isBuffer(parts.body) ? parts.body : JSON.stringify(parts.body ?? null));
  return hash.digest('hex');
}
