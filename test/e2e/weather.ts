import type { Test } from 'tap';
import type { EmulatedCall, Model } from '../../emulator/index.ts';
import { openTestStore } from '../store/fixtures.ts';
import type { Store } from '../../src/store/open.ts';
import { withPostgres } from '../store/postgres.ts';
import { openTcpProxy, type TcpProxy } from '../store/tcp-proxy.ts';
import { greeted, startService, type Service, type ServiceOptions } from './service.ts';

/** The service over a PostgreSQL server, with a line between them that can be made to fail. */
export interface Weather extends Service {
  readonly line: TcpProxy;
  /** The same database over a line that never fails, for verdicts. */
  readonly store: Store;
  /** Address of the database over the line that fails. */
  readonly databaseUrl: string;
  /** Rings, and waits until the greeting was heard and the line is quiet. */
  talking(model: Model): Promise<EmulatedCall>;
}

/** Runs `use` with a service over PostgreSQL; without a server one skipped test is reported. */
export async function withWeather(
  t: Test,
  options: ServiceOptions,
  use: (t: Test, weather: Weather) => Promise<void>,
): Promise<void> {
  await withPostgres(t, async (url) => {
    const store = await openTestStore({ databaseUrl: url });
    const server = new URL(url);
    const line = await openTcpProxy({ host: server.hostname, port: Number(server.port) });
    server.host = `127.0.0.1:${line.port}`;
    // Timers of the service do not keep a process alive, and during an outage there is nothing else that would.
    const alive = setInterval(() => undefined, 60_000);
    await t.test('weather', { timeout: 100_000 }, async (t) => {
      t.teardown(async () => {
        clearInterval(alive);
        await line.close();
        await store.close();
      });
      const service = await startService(t, {
        ...options,
        env: { DATABASE_URL: server.href, SCENARIO: 'reception-ja', API: 'off', ...options.env },
      });
      const talking = async (model: Model): Promise<EmulatedCall> => {
        const call = await service.emulator.ring({ model });
        await greeted(call);
        await call.quiet();
        return call;
      };
      await use(t, { ...service, line, store, databaseUrl: server.href, talking });
    });
  });
}
