import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { createWebhookSender } from '../../src/outbox/senders/webhook.ts';
import { openTestStore } from '../store/fixtures.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { SECRET } from '../config/environments.ts';
import { AFTERNOON, openDesk } from './desk.ts';

const HOUR_MS = 3_600_000;

t.test(
  'a webhook that is always refused is tried for 24 hours whatever chance says, then given up',
  async (t) => {
    const store = await openTestStore();
    t.teardown(async () => store.close());
    const clock = new ManualClock(AFTERNOON);
    const tries: number[] = [];
    const ids = new Set<unknown>();
    const server = createServer((request, response) => {
      tries.push(clock.now());
      ids.add(request.headers['webhook-id']);
      request.resume();
      response.writeHead(503).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const targets = [
      { name: 'ats', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, secret: SECRET },
    ];
    const sender = createWebhookSender(targets, clock);
    t.teardown(async () => {
      await sender.close();
      server.close();
    });
    const desk = openDesk({ store, clock, targets, senders: new Map([['webhook', sender]]) });
    await desk.publish({ type: 'registration.changed', at: clock.now(), data: {}, naturalKey: 'r/1' });
    while (desk.jobs.planned.length > 0) await desk.runNext();

    const lasted = (tries.at(-1) ?? 0) - AFTERNOON;
    t.ok(lasted >= 24 * HOUR_MS, `the last try came after ${(lasted / HOUR_MS).toFixed(1)} h`);
    t.ok(lasted <= 25 * HOUR_MS);
    t.ok(tries.length >= 10 && tries.length <= 60, `${tries.length} tries`);
    t.equal(ids.size, 1, 'under one id');
    t.same(desk.observed.at(-1), 'webhook dead');
  },
);
