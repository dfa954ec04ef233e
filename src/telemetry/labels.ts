/**
 * Keeps the number of label values bounded. Names of tools come from a model, so without a bound a confused or
 * misled one could grow the metrics without end.
 *
 * @param most distinct values; every further one becomes `other`
 */
export function boundedLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= most || !/^[\w.:-]{1,100}$/.test(value)) return 'other';
    known.add(value);
    return value;
  };
}
