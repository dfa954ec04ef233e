/** Object ids of the SQL types whose JavaScript value is fixed here. */
const INT8 = 20;
const NUMERIC = 1700;

/**
 * Parsers that make both engines return the same values: bigint and numeric as number. Counts and sums of
 * money stay far below 2^53; timestamptz is a Date on both engines by default.
 */
export const PARSERS: Readonly<Record<number, (text: string) => number>> = {
  [INT8]: Number,
  [NUMERIC]: Number,
};
