/**
 * The sentence that instructions ask to be said word for word: the text inside the last outermost 「…」.
 * Brackets within belong to the sentence.
 *
 * @returns null when there is none
 */
export function verbatim(instructions: unknown): string | null {
  if (typeof instructions !== 'string') return null;
  const characters = Array.from(instructions);
  let depth = 0;
  let start = 0;
  let found: string | null = null;
  for (const [index, character] of characters.entries()) {
    if (character === '「') {
      depth += 1;
      if (depth === 1) start = index + 1;
    } else if (character === '」' && depth > 0) {
      depth -= 1;
      if (depth === 0) found = characters.slice(start, index).join('');
    }
  }
  return found;
}
