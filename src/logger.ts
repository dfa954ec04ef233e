import { pino, type Logger } from 'pino';
import type { Clock } from './lib/clock.ts';
import { pause } from './lib/deadline.ts';
import type { LogFields } from './lib/log.ts';
import { packageVersion } from './lib/package-root.ts';
import { redactFields, scrubLine } from './lib/redaction.ts';
import { openLogWriter, type LogWriter } from './telemetry/log-writer.ts';

export interface LoggerOptions {
  /** Least severe level that is written: fatal, error, warn, info, debug, trace, or silent. */
  readonly level: string;
  /** Takes the finished lines, each with its line break. Default: standard output. */
  readonly destination?: LogWriter;
}

/** The root logger and what stands behind it. */
export interface LogRoot {
  /** Satisfies Log, and Fastify's `loggerInstance`. */
  readonly log: Logger;
  /** Lines that could not be written: disk full, reader gone, reader too slow. */
  droppedLines(): number;
  /**
   * Waits until a reader that is behind has taken what was logged, at most `ms`. To be called before process.exit,
   * which throws away what waits. Never rejects.
   */
  flush(clock: Clock, ms: number): Promise<void>;
}

/**
 * JSON lines with ISO time. No field with a sensitive key, and no text in the shape of a secret, a telephone number
 * or an address, gets out; see lib/redaction.ts. A destination that fails never throws into the caller.
 */
export function createLogger(options: LoggerOptions): LogRoot {
  const writer = options.destination ?? openLogWriter(1);
  const log = pino(
    {
      level: options.level,
      base: { service: 'denwaban', version: packageVersion() },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redactFields(summarise(fields)),
      },
      // The formatter has made plain values of these already; Fastify would bring serialisers of its own.
      serializers: { err: identity, req: identity, res: identity },
    },
    { write: (line: string) => writer.write(scrubLine(line)) },
  );
  redactBindings(log);
  return {
    log,
    droppedLines: () => writer.dropped,
    flush: async (clock, ms) => {
      const deadline = new AbortController();
      await Promise.race([writer.settled(), pause(clock, ms, deadline.signal)]);
      deadline.abort();
    },
  };
}

/** pino formats no bindings of children, so they are redacted on their way in. Children inherit the method. */
function redactBindings(log: Logger): void {
  const child: unknown = Reflect.get(log, 'child');
  if (typeof child !== 'function') throw new TypeError('the logger makes no children');
  Reflect.set(log, 'child', function redacted(this: Logger, bindings: LogFields, options?: object): unknown {
    return Reflect.apply(child, this, [redactFields(bindings), options]);
  });
}

function identity(value: unknown): unknown {
  return value;
}

/** Fastify logs whole requests and replies: method, path without query, and status are what a line needs of them. */
function summarise(fields: Record<string, unknown>): Record<string, unknown> {
  const { req, res } = fields;
  if (req === undefined && res === undefined) return fields;
  const summary = { ...fields };
  if (isRecord(req)) summary['req'] = { method: req['method'], path: String(req['url']).split('?')[0] };
  if (isRecord(res)) summary['res'] = { statusCode: res['statusCode'] };
  return summary;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
