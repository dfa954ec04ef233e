import { fstatSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** Takes finished log lines. Never throws: a log that cannot be written must not stop a call. */
export interface LogWriter {
  write(line: string): void;
  /** Resolves when no line waits any more, which is never while nobody reads: give it a deadline. */
  settled(): Promise<void>;
  /** Lines lost so far. */
  readonly dropped: number;
}

/**
 * Bytes that may wait for a slow reader of a pipe. Beyond it lines are dropped: a reader that stands still must
 * not fill the memory. 1 MiB is about 4,000 lines.
 */
export const MAX_WAITING_BYTES = 1_048_576;

/**
 * A writer on an open descriptor; 1 is standard output.
 *
 * Every line is handed to the operating system inside `write`, so that nothing waits in this process when it is
 * killed. Files and terminals are written synchronously. Pipes and sockets are written without blocking: only while
 * their reader is behind do lines wait here, because a blocking write to a pipe that nobody reads stops the whole
 * process, calls and signals included, and its exit too.
 */
export function openLogWriter(descriptor: number): LogWriter {
  const kind = fstatSync(descriptor);
  if (kind.isFIFO() || kind.isSocket()) return new PipeWriter(pipeOf(descriptor));
  return new FileWriter(descriptor);
}

/** Node's own stream where there is one: a descriptor can be watched by one stream only. */
function pipeOf(descriptor: number): Socket | NodeJS.WriteStream {
  if (descriptor === 1) return process.stdout;
  if (descriptor === 2) return process.stderr;
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  socket.unref();
  return socket;
}

class FileWriter implements LogWriter {
  readonly #descriptor: number;
  /** The last line was written in part; the next one starts on a line of its own. */
  #torn = false;
  dropped = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(line: string): void {
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
      this.#torn = false;
    } catch {
      // Disk full or reader gone. The count is the report: there is no place left to write one.
      this.#torn ||= written > 0;
      this.dropped += 1;
    }
  }

  async settled(): Promise<void> {}
}

class PipeWriter implements LogWriter {
  readonly #stream: Socket | NodeJS.WriteStream;
  dropped = 0;

  constructor(stream: Socket | NodeJS.WriteStream) {
    this.#stream = stream;
    // Without a listener a reader that went away (EPIPE) would end the process. Each lost line is counted below.
    stream.on('error', ignoreError);
  }

  write(line: string): void {
    if (!this.#stream.writable || this.#stream.writableLength > MAX_WAITING_BYTES) {
      this.dropped += 1;
      return;
    }
    this.#stream.write(line, (error) => {
      if (error !== null && error !== undefined) this.dropped += 1;
    });
  }

  async settled(): Promise<void> {
    if (!this.#stream.writable || this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      this.#stream.write('', () => resolve());
    });
  }
}

function ignoreError(): void {}
