import { type PGlite, type QueryOptions, type Results, parse, protocol } from '@electric-sql/pglite';
import type { PGliteDialectConfig } from 'kysely';

/** What Kysely needs of the engine. */
export type KyselyEngine = Exclude<PGliteDialectConfig['pglite'], (...args: never) => unknown>;

interface Prepared {
  readonly name: string;
  /** Object ids of the parameters' types. */
  readonly types: readonly number[];
}

/** Statements kept: the store has a few dozen, and what is built from parts must not fill the memory. */
export const MAX_PREPARED = 300;

/** The statement's result has changed since, by a change of the schema: it is to be prepared anew. */
const STALE = new Set(['0A000', '26000']);

/** Names are never used twice: an engine may be wrapped again. */
let named = 0;

const { serialize } = protocol;
const EXECUTE = joined([serialize.describe({ type: 'P' }), serialize.execute({}), serialize.sync()]);

/**
 * The engine as Kysely takes it, with statements prepared once instead of at each use. The engine's own `query`
 * enters it six times a statement, to parse, plan and describe it anew; this enters it once, with values only, and
 * takes a fifth to a half of the CPU time. Results and errors are those of `query`.
 *
 * A statement is prepared when it is used for the second time, and only if it has parameters: what runs once, such as
 * a migration, goes the engine's own way.
 */
export function preparing(engine: PGlite): KyselyEngine {
  const statements = new Statements(engine);
  return {
    close: () => engine.close(),
    get closed() {
      return engine.closed;
    },
    get ready() {
      return engine.ready;
    },
    waitReady: engine.waitReady,
    query: async (text, values, options) => {
      if (!statements.wants(text, values)) return asKysely(await engine.query(text, values, options));
      await engine._checkReady();
      const results = await engine._runExclusiveTransaction(() =>
        statements.run(text, values ?? [], options),
      );
      return asKysely(results ?? (await engine.query(text, values, options)));
    },
    transaction: (work) =>
      engine.transaction((transaction) =>
        work({
          rollback: () => transaction.rollback(),
          query: async (text, values, options) => {
            const prepare = !transaction.closed && statements.wants(text, values);
            const results = prepare ? await statements.run(text, values ?? [], options, true) : null;
            return asKysely(results ?? (await transaction.query(text, values, options)));
          },
        }),
      ),
  };
}

/** Rows are of whatever type the caller of Kysely says they are. */
function asKysely<T>(results: Results<unknown>): Results<T> {
  return results as Results<T>;
}

class Statements {
  readonly #engine: PGlite;
  /** Null: used once so far. */
  readonly #known = new Map<string, Prepared | null>();

  constructor(engine: PGlite) {
    this.#engine = engine;
  }

  /** Whether the statement is to run prepared; remembers that it was used. */
  wants(text: string, values: readonly unknown[] | undefined): boolean {
    if (values === undefined || values.length === 0) return false;
    if (this.#known.has(text)) return true;
    if (this.#known.size < MAX_PREPARED) this.#known.set(text, null);
    return false;
  }

  /**
   * Runs the statement. @returns null when it has to go the engine's own way: it was prepared for a schema that has
   * changed, and had no effect
   */
  run(
    text: string,
    values: readonly unknown[],
    options: QueryOptions | undefined,
    inTransaction = false,
  ): Promise<Results | null> {
    return this.#engine._runExclusiveQuery(async () => {
      const prepared = this.#known.get(text) ?? (await this.#prepare(text));
      try {
        const message = joined([
          serialize.bind({ statement: prepared.name, values: this.#serialised(values, prepared.types) }),
          EXECUTE,
        ]);
        const messages = await this.#engine.execProtocolStream(message, { syncToFs: !inTransaction });
        const [results] = parse.parseResults(messages, this.#engine.parsers, options);
        if (results === undefined) throw new TypeError('the engine gave no result');
        return results;
      } catch (error) {
        if (!STALE.has(sqlStateOf(error))) throw error;
        this.#known.delete(text);
        if (inTransaction) throw error;
        return null;
      }
    });
  }

  async #prepare(text: string): Promise<Prepared> {
    named += 1;
    const name = `dw_${named}`;
    const message = joined([
      serialize.parse({ name, text }),
      serialize.describe({ type: 'S', name }),
      serialize.sync(),
    ]);
    const messages = await this.#engine.execProtocolStream(message, { syncToFs: false });
    const prepared: Prepared = { name, types: parse.parseDescribeStatementResults(messages) };
    this.#known.set(text, prepared);
    return prepared;
  }

  #serialised(values: readonly unknown[], types: readonly number[]): (string | null)[] {
    return values.map((value, index) => {
      if (value === null || value === undefined) return null;
      const serialiser = this.#engine.serializers[types[index] ?? 0];
      if (serialiser !== undefined) return serialiser(value);
      return typeof value === 'string' ? value : JSON.stringify(value);
    });
  }
}

function sqlStateOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Several messages in one: each entry into the engine has its price. */
function joined(messages: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(messages);
}
