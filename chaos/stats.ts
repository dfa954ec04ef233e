/** The smallest of the values that `share` of them do not exceed; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Half, nearly all, and the worst, as they stand in the table. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return 'none';
  const parts = [quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1)].map(duration);
  return `${parts.join(' / ')} (n = ${values.length})`;
}

/** A duration with as many digits as mean something. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}
