/** How long a Japanese character takes to say, ms: about seven morae a second, the pace of a polite telephone voice. */
const MS_PER_CHARACTER = 140;

/** About how many characters come in one transcript delta. */
const DELTA_CHARACTERS = 6;

/** A deltas ends after one of these, as a speaker pauses there. */
const PAUSES = /[、。！？!?]/u;

/** Length of `text` when spoken, in ms of audio. */
export function spokenMs(text: string, speed = 1): number {
  return Math.round((Array.from(text).length * MS_PER_CHARACTER) / speed);
}

/** Cuts `text` into the pieces in which it is generated. Joined they are the text again. */
export function deltas(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let length = 0;
  for (const character of text) {
    piece += character;
    length += 1;
    if (length >= DELTA_CHARACTERS || PAUSES.test(character)) {
      pieces.push(piece);
      piece = '';
      length = 0;
    }
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

/** The part of `text` that was said in the first `heardMs` of `totalMs`. */
export function heardPart(text: string, heardMs: number, totalMs: number): string {
  if (totalMs <= 0 || heardMs >= totalMs) return text;
  const characters = Array.from(text);
  return characters.slice(0, Math.floor((characters.length * heardMs) / totalMs)).join('');
}
