/** Colours of a terminal, or nothing at all. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  magenta(text: string): string;
}

/** Colours only where they are drawn, and where nobody has asked to leave them out. */
export function paintFor(stream: { readonly isTTY?: boolean }, noColor: string | undefined): Paint {
  return createPaint(stream.isTTY === true && (noColor === undefined || noColor === ''));
}

export function createPaint(colours: boolean): Paint {
  const style =
    (on: number, off: number) =>
    (text: string): string =>
      colours ? `\u001B[${on}m${text}\u001B[${off}m` : text;
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
    magenta: style(35, 39),
  };
}
