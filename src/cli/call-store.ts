import { DenwabanError } from '../errors.ts';
import type { Store } from '../store/open.ts';
import { OperatorError, type Surroundings } from './program.ts';
import { withStore } from './store.ts';

/**
 * Opens the store for a command about calls.
 *
 * @throws OperatorError that points to the API when the embedded store is in use: the calls are in that very process
 */
export async function withCalls<T>(
  surroundings: Surroundings,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  try {
    return await withStore(surroundings, false, work);
  } catch (error) {
    if (error instanceof DenwabanError && error.code === 'DW_STORE_LOCKED') throw new OperatorError(USE_API);
    throw error;
  }
}

const USE_API = `The embedded store belongs to the running service. Ask the service itself, with a key of its API
(denwaban api-key create, scopes read:calls and write:calls):

  curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8000/api/v1/calls?state=live
  curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8000/api/v1/calls/CALL_ID
  curl -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
    -d '{"command":"hang_up"}' http://127.0.0.1:8000/api/v1/calls/CALL_ID/commands

Others: {"command":"say","sentence":"…"}, {"command":"transfer","target":"…"}.
Over a PostgreSQL server (DATABASE_URL) this command works while the service runs.`;

/** The one call, and what stands behind it. */
export function noSuchCall(callId: string): OperatorError {
  return new OperatorError(`There is no call ${callId}. denwaban call list --all shows them.`);
}
