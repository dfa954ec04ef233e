import pg from 'pg';

/** What a release says to its database: statements in their order, each with what came back. */
export interface Recording {
  /** What was recorded, for people. */
  readonly release: string;
  /** The last migration that the release knows. */
  readonly migration: string;
  /** Distinct texts. */
  readonly texts: readonly string[];
  /** Text by its place, values, rows that were met, columns that came back. */
  readonly steps: readonly (readonly [
    text: number,
    values: readonly unknown[],
    rows: number | null,
    columns: readonly string[],
  ])[];
}

/**
 * Writes down every statement that is sent through the pools of this process. The work has to send one at a time: the
 * recording is repeated over a single connection.
 */
export async function record(
  release: string,
  migration: string,
  work: () => Promise<void>,
): Promise<Recording> {
  const texts: string[] = [];
  const steps: Recording['steps'][number][] = [];
  const prototype = pg.Client.prototype as unknown as Record<'query', (...args: never[]) => unknown>;
  const query = prototype.query;
  prototype.query = async function recorded(this: pg.Client, ...args: never[]): Promise<unknown> {
    const [text, values] = args as unknown as [string, readonly unknown[]];
    const result = (await Reflect.apply(query, this, args)) as pg.QueryResult;
    if (!texts.includes(text)) texts.push(text);
    steps.push([texts.indexOf(text), values ?? [], result.rowCount, result.fields.map(({ name }) => name)]);
    return result;
  };
  try {
    await work();
  } finally {
    prototype.query = query;
  }
  return { release, migration, texts, steps };
}

/** A recording as lines of JSON: what it is, its texts, its steps. */
export function written({ release, migration, texts, steps }: Recording): string {
  const plain = texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  return [{ release, migration }, ...plain, ...steps].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The recording that was written. */
export function read(text: string): Recording {
  const [head, ...lines] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const { release, migration } = head as Pick<Recording, 'release' | 'migration'>;
  const isText = (line: unknown): line is string => typeof line === 'string';
  const steps = lines.filter((line) => !isText(line)) as unknown as Recording['steps'];
  return { release, migration, texts: lines.filter(isText), steps };
}

/** One statement that does not do any more what it did. */
export interface Difference {
  readonly text: string;
  readonly what: string;
}

/** Repeats a recording over one connection. @returns what has become different; empty: nothing */
export async function repeat(recording: Recording, url: string): Promise<Difference[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const differences: Difference[] = [];
  try {
    for (const [index, values, rows, columns] of recording.steps) {
      const text = recording.texts[index] ?? '';
      try {
        const result = await client.query(text, [...values]);
        const missing = columns.filter((name) => !result.fields.some((field) => field.name === name));
        if (missing.length > 0) differences.push({ text, what: `without ${missing.join(', ')}` });
        if (result.rowCount !== rows)
          differences.push({ text, what: `${result.rowCount} rows, not ${rows}` });
      } catch (error) {
        differences.push({ text, what: error instanceof Error ? error.message : String(error) });
      }
    }
  } finally {
    await client.end();
  }
  return differences;
}
