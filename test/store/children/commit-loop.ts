/** Claims calls in the data directory named by the argument, without end; says the number of each stored one. */
import { claimOf, openTestStore } from '../fixtures.ts';

const store = await openTestStore({ dataDir: process.argv[2] ?? '' });
const round = process.argv[3] ?? '0';
for (let i = 0; ; i += 1) {
  const { outcome } = await store.calls.claimCall(claimOf(`${round}_${i}`));
  process.stdout.write(`${round}_${i} ${outcome}\n`);
}
