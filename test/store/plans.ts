import { CompiledQuery, type Kysely, type KyselyPlugin } from 'kysely';
import type { Database } from '../../src/store/schema.ts';

/** One step of a plan that was carried out. */
export interface PlanStep {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanStep[];
}

type Query = Parameters<KyselyPlugin['transformQuery']>[0];

/** A database that remembers what is sent through it. */
export class Overheard implements KyselyPlugin {
  readonly db: Kysely<Database>;
  readonly #queries: Query[] = [];

  constructor(db: Kysely<Database>) {
    this.db = db.withPlugin(this);
  }

  transformQuery(query: Query): Query['node'] {
    this.#queries.push(query);
    return query.node;
  }

  async transformResult({
    result,
  }: Parameters<KyselyPlugin['transformResult']>[0]): ReturnType<KyselyPlugin['transformResult']> {
    return result;
  }

  /** Statements so far, in order, whose text matches. */
  statements(pattern: RegExp): CompiledQuery[] {
    return this.#queries
      .map(({ node, queryId }) => this.db.getExecutor().compileQuery(node, queryId))
      .filter((query) => pattern.test(query.sql));
  }
}

class RolledBack extends Error {}

/**
 * Carries a statement out and takes it back. @returns every step of its plan
 *
 * @param before statements of the same transaction that it depends on
 */
export async function stepsOf(
  db: Kysely<Database>,
  query: CompiledQuery,
  before: readonly CompiledQuery[] = [],
): Promise<PlanStep[]> {
  let plan: readonly { readonly Plan: PlanStep }[] = [];
  try {
    await db.transaction().execute(async (trx) => {
      for (const one of before) await trx.executeQuery(one);
      const text = `explain (analyze, format json) ${query.sql}`;
      const { rows } = await trx.executeQuery(CompiledQuery.raw(text, [...query.parameters]));
      plan = (rows[0] as { 'QUERY PLAN': typeof plan })['QUERY PLAN'];
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
  const all = (step: PlanStep): PlanStep[] => [step, ...(step.Plans ?? []).flatMap(all)];
  return plan.flatMap(({ Plan }) => all(Plan));
}

/** Rows that were looked at in a table. */
export function rowsRead(steps: readonly PlanStep[], table: string): number {
  return steps
    .filter((step) => step['Relation Name'] === table)
    .map(
      (step) =>
        step['Actual Loops'] *
        (step['Actual Rows'] +
          (step['Rows Removed by Filter'] ?? 0) +
          (step['Rows Removed by Index Recheck'] ?? 0)),
    )
    .reduce((sum, rows) => sum + rows, 0);
}
