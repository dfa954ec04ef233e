/** Assertions, counted. */
export interface Tally {
  pass: number;
  fail: number;
  skip: number;
}

/** What tap closes the output of a file with; a file that was cut off has no such line. */
const TOTALS = /^# \{ total: .*\}$/gm;

/** Reads how many assertions a test file made. Without totals, or with an exit that contradicts them, it failed once. */
export function tallyOf(output: string, passed: boolean): Tally {
  const totals = output.match(TOTALS)?.at(-1);
  if (totals === undefined) return { pass: 0, fail: 1, skip: 0 };
  const count = (word: string): number => Number(new RegExp(`\\b${word}: (\\d+)`).exec(totals)?.[1] ?? 0);
  const fail = count('fail');
  return {
    pass: count('pass'),
    fail: passed ? fail : Math.max(fail, 1),
    skip: count('skip') + count('todo'),
  };
}

/** In the words of tap, so that whoever reads the one can read the other. */
export function written({ pass, fail, skip }: Tally): string {
  const parts = [`total: ${pass + fail + skip}`, `pass: ${pass}`];
  if (fail > 0) parts.push(`fail: ${fail}`);
  if (skip > 0) parts.push(`skip: ${skip}`);
  return `# { ${parts.join(', ')} }`;
}

const PASSED = /^ *ok \d/;

/** The output without what passed. */
export function complaints(output: string): string {
  return output
    .split('\n')
    .filter((line) => !PASSED.test(line) && line.trim() !== '')
    .join('\n');
}
