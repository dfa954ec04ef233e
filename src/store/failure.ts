import { DenwabanError } from '../errors.ts';

/**
 * What a failed statement means.
 * `retry`: the same statement may succeed at once, on a fresh connection or in a fresh transaction.
 * `unsure`: the server may have committed it before the failure.
 */
export type Failure =
  | { readonly kind: 'bug' }
  | { readonly kind: 'unavailable'; readonly retry: boolean; readonly unsure: boolean };

const BUG: Failure = { kind: 'bug' };
const ROLLED_BACK: Failure = { kind: 'unavailable', retry: true, unsure: false };
const CONNECTION_LOST: Failure = { kind: 'unavailable', retry: true, unsure: true };
const OUT_OF_SERVICE: Failure = { kind: 'unavailable', retry: false, unsure: true };

/** Nothing was changed, and another try may go through: serialization, deadlock, lock, read-only, start-up. */
const RETRYABLE_STATES = new Set(['40001', '40P01', '55P03', '25006', '57P03', '53300']);
/** The server ended the connection: the fate of the statement is open. */
const LOST_STATES = new Set(['57P01', '57P02', '57P05', '25P03']);
/** Classes of states that tell of the server's condition: connection, resources, operator, system. */
const LOST_CLASS = '08';
const CONDITION_CLASSES = new Set(['53', '57', '58']);

/** The line to the server failed: its driver says so by errors of many shapes, or of none. */
export class LostConnection extends Error {
  override readonly name = 'LostConnection';
  /** Whether a statement was under way, whose fate is open. */
  readonly sent: boolean;

  constructor(sent: boolean, cause: Error) {
    super(cause.message, { cause });
    this.sent = sent;
  }
}

/** What a driver threw, as LostConnection when it tells of the line and not of the statement. */
export function asLostConnection(error: unknown, sent: boolean): unknown {
  if (!(error instanceof Error) || sqlState(error) !== null || error instanceof LostConnection) return error;
  const bare = Object.getPrototypeOf(error) === Error.prototype;
  return bare || 'syscall' in error ? new LostConnection(sent, error) : error;
}

/** Reads a driver's error. Errors of SQL (a constraint, a syntax error) and of the program are bugs. */
export function readFailure(error: unknown): Failure {
  const state = sqlState(error);
  if (state !== null) return ofState(state);
  if (error instanceof DenwabanError || !(error instanceof Error)) return BUG;
  // A trap of the embedded engine: it has stopped for good.
  if (error.name === 'RuntimeError') return OUT_OF_SERVICE;
  if (error instanceof LostConnection) return error.sent ? CONNECTION_LOST : ROLLED_BACK;
  if ('syscall' in error || 'errno' in error) return CONNECTION_LOST;
  // Both drivers report a lost connection, a timed-out query and a closed engine as a bare Error.
  return Object.getPrototypeOf(error) === Error.prototype ? CONNECTION_LOST : BUG;
}

/** The five characters of an SQLSTATE, or null when the error is not the server's. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/**
 * Removes the values of rows and parameters that drivers hang on their errors: they are personal data, and
 * errors are logged.
 */
export function withoutValues(error: unknown): unknown {
  if (error instanceof Error && sqlState(error) !== null) {
    for (const key of ['detail', 'where', 'params', 'query', 'internalQuery'])
      Reflect.deleteProperty(error, key);
  }
  return error;
}

function ofState(state: string): Failure {
  if (RETRYABLE_STATES.has(state)) return ROLLED_BACK;
  if (LOST_STATES.has(state) || state.startsWith(LOST_CLASS)) return CONNECTION_LOST;
  return CONDITION_CLASSES.has(state.slice(0, 2)) ? OUT_OF_SERVICE : BUG;
}
