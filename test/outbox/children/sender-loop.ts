/** Serves the outbox of a data directory or server until it is killed; reports `settled` once nothing is open. */
import { systemClock } from '../../../src/lib/clock.ts';
import { systemRandom } from '../../../src/lib/random.ts';
import { openOutbox } from '../../../src/outbox/outbox.ts';
import { createTwilioSender } from '../../../src/outbox/senders/twilio.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { openTestStore } from '../../store/fixtures.ts';
import { TEMPLATES } from '../desk.ts';

const [place = '', providerUrl = ''] = process.argv.slice(2);
const store = await openTestStore(place.startsWith('postgres') ? { databaseUrl: place } : { dataDir: place });
const sms = createTwilioSender({
  accountSid: 'AC0123456789abcdef0123456789abcdef',
  authToken: 'f'.repeat(32),
  from: '+815000000000',
  statusCallback: null,
  baseUrl: providerUrl,
  clock: systemClock,
  settleMs: 0,
});
const outbox = await openOutbox({
  store,
  senders: new Map([['sms', sms]]),
  templates: TEMPLATES,
  targets: [],
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
  observer: {
    onSent: () => undefined,
    onFailed: () => undefined,
    onDead: () => undefined,
    onUnresolved: () => undefined,
  },
  quietHours: null,
  organizerEmail: null,
  budget: 1_000,
  // Longer than any request to a provider on this machine takes, as the real one is for real providers.
  leaseMs: 3_000,
  watchMs: 200,
});
/** Ms between looks for messages that are open. */
const LOOK_MS = 100;

async function look(): Promise<void> {
  const open = await listOpen();
  if (open === 0) process.send?.('settled');
  else setTimeout(() => void look(), LOOK_MS);
}

async function listOpen(): Promise<number> {
  const rows = await outbox.list({}, 1_000);
  return rows.filter(({ state }) => ['queued', 'sending', 'unknown'].includes(state)).length;
}

void look();
// The end of the test is the end of this process, however the test ends.
process.on('disconnect', () => process.exit());
