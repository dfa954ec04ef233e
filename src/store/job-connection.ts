import type { PGlite } from '@electric-sql/pglite';

/**
 * How durable jobs reach the database that the store has open.
 * `server`: over connections of their own, so that their upkeep never takes one from a call.
 * `embedded`: through the engine's only session, in turn with everything else.
 */
export type JobConnection =
  | { readonly kind: 'server'; readonly databaseUrl: string }
  | {
      readonly kind: 'embedded';
      /** Runs one statement with values, or a script without. @returns the rows of all its statements */
      executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
    };

/** A script that brings its own transaction. */
const OWN_TRANSACTION = /^\s*begin\s*;(?<work>[\s\S]*?);?\s*commit\s*;?\s*$/i;

/**
 * The embedded engine as jobs see it. A script with its own BEGIN and COMMIT runs as a transaction of the engine
 * instead: when it fails it is rolled back before anybody else's statement, which would otherwise find the only
 * session in an aborted transaction.
 */
export function embeddedJobConnection(engine: PGlite): JobConnection {
  return {
    kind: 'embedded',
    executeSql: async (text, values = []) => {
      if (values.length > 0) {
        const { rows } = await engine.query(text, values);
        return { rows };
      }
      const work = OWN_TRANSACTION.exec(text)?.groups?.['work'];
      const results =
        work === undefined ? await engine.exec(text) : await engine.transaction(async (tx) => tx.exec(work));
      return { rows: results.flatMap(({ rows }) => rows) };
    },
  };
}
