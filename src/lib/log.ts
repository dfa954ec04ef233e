/** Fields of a log line. Values must be free of personal data: ids, codes, counts and durations. */
export type LogFields = Record<string, unknown>;

/** What the service needs of a logger; pino satisfies it. */
export interface Log {
  trace(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  fatal(fields: LogFields, message: string): void;
  child(bindings: LogFields): Log;
}

/** Keeps nothing: for commands, whose own output says what there is to know, and for harnesses. */
export const silentLog: Log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
  child: () => silentLog,
};
