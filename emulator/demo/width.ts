/** Scripts and punctuation that take two columns of a terminal (East Asian wide and full-width). */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;

/** Marks that are drawn over their neighbour. */
const NOTHING = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** No line starts with one of these. */
const NOT_FIRST = /^[、。，．？！・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ」』）】〉》!-/:-@[-`{-~]/u;

/** Latin words and numbers stay whole; anything else may part after every character. */
const PIECES = /[0-9A-Za-z_.+\-@]+|./gsu;

/** Columns that `text` takes in a terminal. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (!NOTHING.test(character)) columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

/** Fills up with blanks behind the text. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** Fills up with blanks in front of the text. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** At most `columns` wide; what is cut off is shown by an ellipsis. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Lines of at most `columns`. No line starts with a closing mark; one more column may be taken to avoid it. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text, columns)) {
    if (line !== '' && widthOf(line) + widthOf(piece) > columns && !mayHang(line, piece, columns)) {
      lines.push(line.trimEnd());
      line = piece === ' ' ? '' : piece;
    } else {
      line += piece;
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

function mayHang(line: string, piece: string, columns: number): boolean {
  return NOT_FIRST.test(piece) && widthOf(line) <= columns;
}

function piecesOf(text: string, columns: number): string[] {
  const pieces = text.match(PIECES) ?? [];
  return pieces.flatMap((piece) => (widthOf(piece) > columns ? Array.from(piece) : [piece]));
}
