import t from 'tap';
import { claimOf } from '../store/fixtures.ts';
import { withPostgres } from '../store/postgres.ts';
import { startApi } from './api.ts';

t.test('two nodes over one server: keys, lists, and a storm under one Idempotency-Key', async (t) => {
  await withPostgres(t, async (url) => {
    const one = await startApi(t, { env: { DATABASE_URL: url } });
    const two = await startApi(t, { env: { DATABASE_URL: url }, keyName: 'second' });
    const key = await one.keyWith(['read:attendance', 'write:attendance', 'read:calls', 'read:messages']);
    const body = { title: '説明会', company: '見本' };
    const headers = { 'idempotency-key': 'storm' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) =>
        (index % 2 === 0 ? one : two).call('POST', '/briefings', { body, headers, key }),
      ),
    );
    t.equal(
      answers.filter((answer) => answer.status === 201 && !answer.headers.has('idempotent-replayed')).length,
      1,
    );
    for (const { status } of answers) t.ok(status === 201 || status === 409, String(status));
    t.equal((await two.call('GET', '/briefings', { key })).json.data.length, 1);

    for (const name of ['a', 'b', 'c']) await one.app.store.calls.claimCall(claimOf(name));
    const page = await two.call('GET', '/calls?limit=2', { key });
    t.equal(
      (await two.call('GET', `/calls?limit=2&cursor=${page.json.next_cursor}`, { key })).json.data.length,
      1,
    );
    for (const list of ['applicants', 'registrations', 'messages', 'outbound-messages', 'leads'])
      t.match(
        await two.call('GET', `/${list}`, { key }),
        { status: 200, json: { data: [], next_cursor: null } },
        list,
      );

    const { json } = await one.call('GET', '/api-keys');
    const { key_id: keyId } = json.data.find((record: { scopes: string[] }) => record.scopes.length === 4);
    await one.call('POST', `/api-keys/${keyId}/revoke`);
    t.equal((await two.call('GET', '/briefings', { key })).status, 401, 'at once, on the other node');
    await one.app.close();
    await two.app.close();
  });
});
