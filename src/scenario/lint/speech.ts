import type { SourceString } from '../source.ts';
import type { Draft, DraftText, Speech, TextKind } from './rule.ts';

/** What is said of a text by where it stands. */
export function draftText({ path, text }: SourceString): DraftText {
  return { path, text, kind: kindOf(path) };
}

function kindOf(path: SourceString['path']): TextKind {
  const [first, , third] = path;
  if (first === 'greeting' || first === 'phrases') return 'spoken';
  if (first === 'notice') return path[1] === 'text' ? 'spoken' : 'other';
  if (first === 'faq') return third === 'answer' ? 'spoken' : 'other';
  if (first === 'instructions') return 'instruction';
  return 'other';
}

/** Everything that callers may hear from this file: spoken texts, and the examples in 「」 that the model is given. */
export function speechOf(draft: Draft): Speech[] {
  return draft.texts.flatMap(({ path, kind, text }) => {
    if (kind === 'spoken') return [{ path, text, at: 0 }];
    if (kind !== 'instruction') return [];
    return [...text.matchAll(/「([^「」]+)」/gu)].map((match) => ({
      path,
      text: match[1] ?? '',
      at: match.index + 1,
    }));
  });
}

/** Spoken texts only: greeting, notice, phrases, answers. */
export function spokenTexts(draft: Draft): Speech[] {
  return draft.texts.flatMap(({ path, kind, text }) => (kind === 'spoken' ? [{ path, text, at: 0 }] : []));
}

/** The sentences of a piece of speech, each with its end mark and its place in the text at the path. */
export function sentencesOf(speech: Speech): Speech[] {
  return [...speech.text.matchAll(/[^。？?！!]+[。？?！!]*/gu)].map((match) => ({
    path: speech.path,
    text: match[0],
    at: speech.at + match.index,
  }));
}

/** Every place of a pattern in pieces of speech. */
export function findAll(speeches: readonly Speech[], pattern: RegExp) {
  return speeches.flatMap(({ path, text, at }) =>
    [...text.matchAll(pattern)].map((match) => ({
      path,
      at: at + match.index,
      words: match[0],
      groups: match.slice(1),
      text,
      index: match.index,
    })),
  );
}
