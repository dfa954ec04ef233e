import type { Scenario } from './scenario.ts';

/** Words that transcription is told to expect. The API names no limit; more than this is no hint any more. */
const MAX_KEYWORDS = 100;
/** Characters of one keyword: a name, not a sentence. */
const MAX_KEYWORD = 30;
/** One sign is no word. */
const MIN_KEYWORD = 2;

/** Numbers help nobody to hear a name, and may be personal. */
const NUMBER = /^[\d-]+$|\d{4,}/u;
/** Addresses of mail and of web pages. */
const ADDRESS = /@|:\/\//u;

/** The scenario with more names to expect, behind its own; what is no name is left out. */
export function withKeywords(scenario: Scenario, names: readonly string[]): Scenario {
  const { transcription } = scenario;
  const keywords = new Set(transcription.keywords);
  for (const word of names.flatMap(wordsOf)) {
    if (keywords.size >= MAX_KEYWORDS) break;
    keywords.add(word);
  }
  return Object.freeze({
    ...scenario,
    transcription: Object.freeze({ ...transcription, keywords: Object.freeze([...keywords]) }),
  });
}

/** The names in a title or an address: what stands between spaces and brackets. */
function wordsOf(name: string): string[] {
  return name
    .normalize('NFKC')
    .split(/[\s\p{Cc}\p{Cf}]+/u)
    .filter((part) => !ADDRESS.test(part))
    .flatMap((part) => part.split(/[、。,()「」『』【】[\]<>/|:;]+/u))
    .filter((word) => word.length >= MIN_KEYWORD && word.length <= MAX_KEYWORD && !NUMBER.test(word));
}
