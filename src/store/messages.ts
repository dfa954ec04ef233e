import { sql } from 'kysely';
import type { StoreContext } from './context.ts';
import type { MessageInput } from './ports.ts';
import { storable, storableOrNull } from './text.ts';

export async function saveMessage(
  context: StoreContext,
  input: MessageInput,
): Promise<{ messageId: string; duplicate: boolean }> {
  const messageId = context.random.uuid();
  return context.run('saveMessage', async () => {
    const { rows } = await sql`
      insert into messages (message_id, call_id, natural_key, caller_name, callback_number, body, at)
      values (${messageId}, ${input.callId}, ${storable(input.naturalKey)}, ${storableOrNull(input.callerName)},
        ${storableOrNull(input.callbackNumber)}, ${storable(input.body)}, ${new Date(input.at)})
      on conflict (call_id, natural_key) do nothing
      returning message_id`.execute(context.db);
    if (rows.length === 1) return { messageId, duplicate: false };
    const standing = await standingId(context, input);
    return { messageId: standing, duplicate: standing !== messageId };
  });
}

async function standingId(context: StoreContext, input: MessageInput): Promise<string> {
  const row = await context.db
    .selectFrom('messages')
    .select('message_id')
    .where('call_id', '=', input.callId)
    .where('natural_key', '=', storable(input.naturalKey))
    .executeTakeFirstOrThrow();
  return row.message_id;
}
