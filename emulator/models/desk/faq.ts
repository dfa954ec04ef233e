/** A question that the instructions answer, for anybody who calls. */
export interface KnownAnswer {
  readonly question: string;
  readonly answer: string;
}

/** Questions of the instructions and their answers. */
const ENTRIES = /^- 質問: (.+)\n {2}答え: (.+)$/gmu;
/** Politeness and particles that every question has. */
const COMMON =
  /(?:です|ます|でしょう|ください|いただけ|もらえ|ません)?か?[。、？?\s]|[はがをにでのもと、。？?\s]/gu;
/** Share of a question's pairs of letters that have to be heard. */
const ENOUGH = 0.5;

/** What the instructions hold under よくある質問. */
export function knownAnswers(instructions: string): readonly KnownAnswer[] {
  return [...instructions.matchAll(ENTRIES)].map(([, question = '', answer = '']) => ({ question, answer }));
}

/** The answer to the question that is most like the one that was asked, or null when none is. */
export function answerFrom(known: readonly KnownAnswer[], text: string): string | null {
  const heard = new Set(pairsOf(text));
  const scored = known.map(({ question, answer }) => {
    const pairs = pairsOf(question);
    const common = pairs.filter((pair) => heard.has(pair)).length;
    return { answer, score: pairs.length === 0 ? 0 : common / pairs.length };
  });
  const [best] = scored.toSorted((a, b) => b.score - a.score);
  return best !== undefined && best.score >= ENOUGH ? best.answer : null;
}

function pairsOf(text: string): string[] {
  const letters = Array.from(text.normalize('NFKC').replace(COMMON, ''));
  return letters.slice(1).map((letter, index) => `${letters[index]}${letter}`);
}
