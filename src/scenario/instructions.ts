import type { ScenarioFile } from './schema.ts';

type Section = keyof ScenarioFile['instructions'];

/** Headings in the order in which the model reads them; what binds it most stands last. */
const HEADINGS: readonly (readonly [Section, string])[] = [
  ['role', '役割'],
  ['language', '言語'],
  ['manner', '話し方'],
  ['flow', '会話の流れ'],
  ['unclearAudio', '聞き取れないとき'],
  ['readBack', '復唱'],
  ['tools', 'ツール'],
  ['boundaries', '守ること'],
];

/** What stands above the questions: they are answered from, never beyond. */
const FAQ_INTRODUCTION =
  '次の答えは、本人確認をしていない相手にも話せます。意味を変えずに短く答え、ここにないことは推測せず「担当者に申し伝えます」と答えて伝言を預かります。';

/** The whole system prompt from a scenario file, whose placeholders are filled in. */
export function assembleInstructions(file: Pick<ScenarioFile, 'instructions' | 'faq'>): string {
  const blocks = HEADINGS.map(([key, heading]) => ({ key, text: section(heading, file.instructions[key]) }));
  const faq = faqSection(file.faq ?? []);
  return blocks
    .flatMap(({ key, text }) => (key === 'boundaries' && faq !== null ? [faq, text] : [text]))
    .join('\n\n');
}

function section(heading: string, text: string): string {
  return `# ${heading}\n${text.trim()}`;
}

function faqSection(faq: NonNullable<ScenarioFile['faq']>): string | null {
  if (faq.length === 0) return null;
  const entries = faq.map(({ question, answer }) => `- 質問: ${question}\n  答え: ${answer}`);
  return section('よくある質問', [FAQ_INTRODUCTION, ...entries].join('\n'));
}
