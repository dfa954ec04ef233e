import t from 'tap';
import { withPostgres } from '../store/postgres.ts';
import { killLoop, PATIENT } from './kill-loop.ts';

t.test(
  'a process that is killed again and again, on a server: nothing lost, nothing twice',
  PATIENT,
  async (t) => withPostgres(t, async (databaseUrl) => killLoop(t, databaseUrl, 14)),
);
