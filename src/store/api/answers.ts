import { createHash } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { AnswerKey, StoredAnswer } from '../api-ports.ts';
import type { StoreContext } from '../context.ts';
import type { ApiAnswersTable } from '../schema.ts';

export async function lockAnswer(context: StoreContext, key: AnswerKey): Promise<boolean> {
  return context.run('lockAnswer', async () => {
    const { rows } = await sql<{ ours: boolean }>`
      select pg_try_advisory_xact_lock(${lockNumber(key)}::bigint) as ours`.execute(context.db);
    return rows[0]?.ours === true;
  });
}

export async function findAnswer(
  context: StoreContext,
  { keyId, idempotencyKey }: AnswerKey,
  at: number,
): Promise<StoredAnswer | null> {
  return context.run('findAnswer', async () => {
    const { rows } = await sql<Selectable<ApiAnswersTable>>`
      select * from api_answers
      where key_id = ${keyId} and idempotency_key = ${idempotencyKey} and expires_at > ${new Date(at)}`.execute(
      context.db,
    );
    const row = rows[0];
    if (row === undefined) return null;
    return {
      fingerprint: row.fingerprint,
      status: row.status,
      headers: row.headers as Record<string, string>,
      body: row.body,
    };
  });
}

export async function saveAnswer(
  context: StoreContext,
  { keyId, idempotencyKey }: AnswerKey,
  answer: StoredAnswer,
  expiresAt: number,
): Promise<void> {
  await context.run('saveAnswer', async () =>
    sql`
      insert into api_answers (key_id, idempotency_key, fingerprint, status, headers, body, expires_at)
      values (${keyId}, ${idempotencyKey}, ${answer.fingerprint}, ${answer.status},
        ${JSON.stringify(answer.headers)}::text::jsonb, ${answer.body}, ${new Date(expiresAt)})
      on conflict (key_id, idempotency_key) do update
        set fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers,
          body = excluded.body, expires_at = excluded.expires_at`.execute(context.db),
  );
}

export async function forgetAnswers(context: StoreContext, at: number): Promise<number> {
  return context.run('forgetAnswers', async () => {
    const { numAffectedRows } = await sql`
      delete from api_answers where expires_at <= ${new Date(at)}`.execute(context.db);
    return Number(numAffectedRows ?? 0n);
  });
}

/** 63 bits that stand for the key. Two keys with the same bits would only keep each other waiting. */
function lockNumber({ keyId, idempotencyKey }: AnswerKey): string {
  const digest = createHash('sha256').update(`api-answer\0${keyId}\0${idempotencyKey}`).digest();
  return (digest.readBigUInt64BE() >> 1n).toString();
}
