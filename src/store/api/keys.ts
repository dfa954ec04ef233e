import { type Selectable, sql } from 'kysely';
import type { ApiKeyRecord, NewApiKey } from '../api-ports.ts';
import type { StoreContext } from '../context.ts';
import type { ApiKeysTable } from '../schema.ts';
import { storable } from '../text.ts';

/** Uses of a key within this time are noted once, ms: a note is a write, and a busy client reads all the time. */
const USE_NOTED_MS = 60_000;

export async function createKey(context: StoreContext, key: NewApiKey): Promise<boolean> {
  // A repeated statement would find its own row and take it for somebody else's.
  return context.run(
    'createKey',
    async () => {
      const { rows } = await sql`
        insert into api_keys (key_id, name, hash, scopes, created_at, expires_at)
        values (${key.keyId}, ${storable(key.name)}, ${key.hash}, ${[...key.scopes]}::text[],
          ${new Date(key.createdAt)}, ${key.expiresAt === null ? null : new Date(key.expiresAt)})
        on conflict (name) do nothing
        returning key_id`.execute(context.db);
      return rows.length === 1;
    },
    { repeat: 'rolled-back' },
  );
}

export async function findKey(
  context: StoreContext,
  hash: string,
): Promise<(ApiKeyRecord & { readonly hash: string }) | null> {
  return context.run('findKey', async () => {
    const { rows } = await sql<Selectable<ApiKeysTable>>`
      select * from api_keys where hash = ${hash}`.execute(context.db);
    return rows[0] === undefined ? null : { ...toRecord(rows[0]), hash: rows[0].hash };
  });
}

export async function touchKey(context: StoreContext, keyId: string, at: number): Promise<void> {
  await context.run('touchKey', async () =>
    sql`
      update api_keys set last_used_at = ${new Date(at)}
      where key_id = ${keyId}
        and (last_used_at is null or last_used_at <= ${new Date(at - USE_NOTED_MS)})`.execute(context.db),
  );
}

export async function listKeys(context: StoreContext): Promise<ApiKeyRecord[]> {
  return context.run('listKeys', async () => {
    const { rows } = await sql<Selectable<ApiKeysTable>>`
      select * from api_keys order by created_at, key_id`.execute(context.db);
    return rows.map(toRecord);
  });
}

export async function revokeKey(
  context: StoreContext,
  idOrName: string,
  at: number,
): Promise<ApiKeyRecord | null> {
  return context.run('revokeKey', async () => {
    const wanted = storable(idOrName);
    const { rows } = await sql<Selectable<ApiKeysTable>>`
      update api_keys set revoked_at = coalesce(revoked_at, ${new Date(at)}::timestamptz)
      where key_id = ${wanted} or name = ${wanted}
      returning *`.execute(context.db);
    return rows[0] === undefined ? null : toRecord(rows[0]);
  });
}

function toRecord(row: Selectable<ApiKeysTable>): ApiKeyRecord {
  return {
    keyId: row.key_id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at?.getTime() ?? null,
    revokedAt: row.revoked_at?.getTime() ?? null,
    lastUsedAt: row.last_used_at?.getTime() ?? null,
  };
}
