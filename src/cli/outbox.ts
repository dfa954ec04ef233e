import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import { startJobEngine } from '../outbox/jobs.ts';
import { QUEUES } from '../outbox/queues.ts';
import type { RetryParts } from '../outbox/retry.ts';
import type { Store } from '../store/open.ts';
import { silentLog } from '../lib/log.ts';

/** Lets `work` put jobs into the store; the service is who works on them, as soon as it runs. */
export async function withJobs<T>(store: Store, work: (parts: RetryParts) => Promise<T>): Promise<T> {
  const jobs = await startJobEngine({ database: store.jobs, queues: QUEUES, log: silentLog });
  try {
    return await work({ database: store, jobs, clock: systemClock, random: systemRandom });
  } finally {
    await jobs.stop();
  }
}
