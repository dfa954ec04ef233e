import fp from 'fastify-plugin';
import type { Clock } from '../src/lib/clock.ts';
import { startAttendanceMessages, type AttendanceMessages } from '../src/outbox/attendance-messages.ts';

export interface AttendanceDeskOptions {
  readonly clock: Clock;
}

/** Tells applicants and other systems what changed, for as long as the app runs. */
export default fp<AttendanceDeskOptions>(
  async (app, { clock }) => {
    let messages: AttendanceMessages | null = null;
    app.addHook('onReady', async () => {
      messages = startAttendanceMessages({
        transact: app.store.transact,
        queue: app.outbox.queue,
        clock,
        log: app.log,
      });
    });
    app.addHook('onClose', async () => messages?.close());
  },
  { fastify: '5.x', name: 'attendance-desk', dependencies: ['store', 'outbox'] },
);
