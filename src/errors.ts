/**
 * The one error class of the service. Callers branch on `code`, `statusCode` or `retryable`, never on the text.
 * The message is safe to show: it never carries secrets or personal data.
 */
export class DenwabanError extends Error {
  override readonly name = 'DenwabanError';
  readonly code: ErrorCode;
  /** HTTP status for a request that failed for this reason. */
  readonly statusCode: number;
  /** Whether the same call may succeed a moment later. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.statusCode = CATALOGUE[code].statusCode;
    this.retryable = CATALOGUE[code].retryable;
  }
}

interface Entry {
  readonly statusCode: number;
  readonly retryable: boolean;
}

const CATALOGUE = {
  /** The environment is unusable; the message names variable, reason and remedy. */
  DW_CONFIG: { statusCode: 500, retryable: false },
  /** The scenario file is unusable; the message names file, path and reason. */
  DW_SCENARIO: { statusCode: 500, retryable: false },
  /** A webhook did not prove to come from OpenAI. */
  DW_WEBHOOK_UNVERIFIED: { statusCode: 401, retryable: false },
  /** A webhook is authentic but not of the documented shape. */
  DW_WEBHOOK_MALFORMED: { statusCode: 400, retryable: false },
  /** The cursor of a list is not one that the list gave. */
  DW_CURSOR: { statusCode: 400, retryable: false },
  /** The store did not answer, or did not answer in time. */
  DW_STORE_UNAVAILABLE: { statusCode: 503, retryable: true },
  /** Another node owns the call: what this one wanted to store of it was not stored. */
  DW_CALL_LOST: { statusCode: 409, retryable: false },
  /** The data directory is in use by another process. */
  DW_STORE_LOCKED: { statusCode: 500, retryable: false },
  /** An archive of the store is damaged, of another version, or has no place to go. */
  DW_ARCHIVE: { statusCode: 500, retryable: false },
  /** OpenAI answered with an error, or did not answer in time. */
  DW_UPSTREAM: { statusCode: 502, retryable: true },
  /** A sideband could not be attached or was lost. */
  DW_SIDEBAND: { statusCode: 502, retryable: true },
  /** A tool could not do its work. */
  DW_TOOL: { statusCode: 500, retryable: false },
  /** The service is stopping and takes no new work. */
  DW_DRAINING: { statusCode: 503, retryable: true },
} as const satisfies Record<string, Entry>;

/** Codes of the catalogue. */
export type ErrorCode = keyof typeof CATALOGUE;

/** The error as text for a log line: code or class name, and message, without stack or cause. */
export function describeError(error: unknown): string {
  if (error instanceof DenwabanError) return `${error.code}: ${error.message}`;
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return 'a value that is no Error was thrown';
}
