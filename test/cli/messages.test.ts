import { sql } from 'kysely';
import t from 'tap';
import { systemRandom } from '../../src/lib/random.ts';
import { openTestStore } from '../store/fixtures.ts';
import { storeDesk } from './fixtures.ts';

const { dataDir, run } = await storeDesk(t);

const NUMBER = '+819012345678';

interface Planted {
  readonly kind: string;
  readonly state: string;
  readonly to?: string;
  readonly attempts?: number;
  readonly notAfter?: string;
}

/** Stores one message for each. @returns their ids */
async function plant(...messages: readonly Planted[]): Promise<string[]> {
  const store = await openTestStore({ dataDir });
  const ids = [];
  for (const { kind, state, to = NUMBER, attempts = 1, notAfter = '1 hour' } of messages) {
    const id = systemRandom.uuid();
    ids.push(id);
    await sql`
      insert into outbound_messages (message_id, kind, template_key, recipient, body, natural_key, state, attempts,
        due_at, not_after, created_at, sent_at)
      values (${id}, ${kind}, 'reminder', ${to}, '見本様へのお知らせ', ${id}, ${state}, ${attempts},
        now() - interval '1 hour', now() + ${notAfter}::interval, now() - interval '2 hours',
        case when ${state}::text = 'sent' then now() end)`.execute(store.db);
  }
  await store.close();
  return ids;
}

async function stateOf(id: string): Promise<unknown> {
  const { out } = await run('messages', 'show', id);
  return /^state +(\w+)$/m.exec(out)?.[1];
}

t.test('each command explains itself, and refuses what it does not know', async (t) => {
  for (const name of ['list', 'show', 'retry'])
    t.match(await run('messages', name, '--help'), { code: 0, out: /^Usage: denwaban messages/ }, name);
  t.match(await run('webhook', 'replay', '--help'), { code: 0, out: /^Usage: denwaban webhook/ });
  t.match(await run('messages', 'list', '--state', 'lost'), { code: 2, err: /queued, sending/ });
  t.match(await run('messages', 'list', '--limit', '0'), { code: 2 });
  t.match(await run('messages', 'show'), { code: 2 });
  t.match(await run('webhook', 'replay'), { code: 2, err: /either --since or --id/ });
  t.match(await run('webhook', 'replay', '--since', 'yesterday'), { code: 2, err: /24h or 7d/ });
});

t.test('numbers, addresses and words are hidden unless asked for', async (t) => {
  const [id = ''] = await plant(
    { kind: 'sms', state: 'sent' },
    { kind: 'email', state: 'dead', to: 'hanako@example.com' },
  );
  const list = await run('messages', 'list');
  t.match(list, { code: 0, err: /2 shown/ });
  t.notMatch(list.out, /9012345678|hanako/);
  t.match(list.out, /•••@example\.com/);
  t.match((await run('messages', 'list', '--unmasked')).out, /\+819012345678/);
  t.match((await run('messages', 'list', '--kind', 'sms', '--state', 'sent')).out, id);
  t.equal((await run('messages', 'list', '--state', 'queued')).out, '');
  const shown = await run('messages', 'show', id);
  t.notMatch(shown.out, /見本|9012345678/);
  t.match((await run('messages', 'show', id, '--unmasked')).out, /見本様へのお知らせ/);
  t.match(await run('messages', 'show', 'none'), { code: 1, err: /There is no message/ });
});

t.test('a refused message is sent once more, as a new one and only once', async (t) => {
  const [id = ''] = await plant({ kind: 'sms', state: 'failed' });
  const retried = await run('messages', 'retry', id);
  t.match(retried, { code: 0, out: /^queued as / });
  const next = /queued as (\S+)/.exec(retried.out)?.[1] ?? '';
  t.not(next, id);
  t.equal(await stateOf(next), 'queued');
  t.equal(await stateOf(id), 'failed');
  t.match(await run('messages', 'retry', id), { code: 1, err: /retried already/ });
});

t.test('what may have arrived is not sent twice without a word about it', async (t) => {
  const [sent = '', dead = '', queued = '', old = ''] = await plant(
    { kind: 'sms', state: 'sent' },
    { kind: 'sms', state: 'dead', attempts: 12 },
    { kind: 'sms', state: 'queued', attempts: 0 },
    { kind: 'sms', state: 'failed', notAfter: '-1 minute' },
  );
  t.match(await run('messages', 'retry', sent), { code: 1, err: /It was sent/ });
  t.match(await run('messages', 'retry', queued), { code: 1, err: /still on its way/ });
  t.match(await run('messages', 'retry', old), { code: 1, err: /is past/ });
  t.match(await run('messages', 'retry', dead), { code: 1, err: /--even-if-arrived/ });
  t.match(await run('messages', 'retry', dead, '--even-if-arrived'), { code: 0 });
});

t.test('webhooks are replayed under their own ids: one, or those since a time', async (t) => {
  const [dead = '', sent = '', sms = ''] = await plant(
    { kind: 'webhook', state: 'dead', to: 'ats' },
    { kind: 'webhook', state: 'sent', to: 'ats' },
    { kind: 'sms', state: 'dead' },
  );
  t.match(await run('webhook', 'replay', '--since', '1h'), { out: '0 queued\n' }, 'made before');
  t.match(await run('webhook', 'replay', '--since', '3h', '--target', 'other'), { out: '0 queued\n' });
  t.match(await run('webhook', 'replay', '--since', '3h'), { code: 0, out: '1 queued\n' });
  t.equal(await stateOf(dead), 'queued');
  t.equal(await stateOf(sent), 'sent');
  t.match(await run('webhook', 'replay', '--id', sent), { code: 0, out: '1 queued\n' });
  t.equal(await stateOf(sent), 'queued');
  t.match(await run('webhook', 'replay', '--id', sms), { code: 1, err: /no settled webhook/ });
  t.equal(await stateOf(sms), 'dead', 'messages to people are never replayed');
});
