import { Errors } from 'typebox/value';
import { ScenarioFile } from '../schema.ts';
import type { Problem, Rule } from './rule.ts';

const LIST = 'docs/scenarios.md の項目の表、または scenarios/attendance-ja.yaml と見比べます。';

/** Keys that lack, that nobody knows, and values of another form. */
export const shape: Rule = {
  id: 'shape',
  severity: 'error',
  about: '項目や決まった文 (phrases) が足りない、知らない項目がある、値の形が違う',
  check: ({ source }) => {
    // A union reports its branches before itself: what is said twice about a place is said once.
    const seen = new Set<string>();
    return Errors(ScenarioFile, source.content())
      .toSorted((a, b) => a.instancePath.length - b.instancePath.length)
      .flatMap((error) => problemsOf(error))
      .filter(({ path, message }) => {
        const key = `${path.join('.')} ${message}`;
        const above = [...seen].some((other) => other !== key && path.join('.').startsWith(`${other} `));
        return above || seen.has(key) ? false : seen.add(key);
      });
  },
};

function problemsOf(error: { instancePath: string; keyword: string; params: object }): Problem[] {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((key) => (/^\d+$/u.test(key) ? Number(key) : key));
  // The same key is reported as unknown, too.
  if (error.keyword === 'boolean') return [];
  const params = error.params as Readonly<Record<string, unknown>>;
  if (error.keyword === 'required')
    return namesIn(params['requiredProperties']).map((name) => ({
      path,
      message:
        path[0] === 'phrases'
          ? `決まった文 ${name} がありません。`
          : `${[...path, name].join('.')} がありません。`,
      fix: LIST,
    }));
  if (error.keyword === 'additionalProperties')
    return namesIn(params['additionalProperties']).map((name) => ({
      path: [...path, name],
      message: `${[...path, name].join('.')} という項目はありません。`,
      fix: `書き間違いなら直し、要らなければ消します。${LIST}`,
    }));
  return [{ path, message: `${path.join('.')} の書き方が決まりと違います。`, fix: LIST }];
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** Signs of what is said in one go: some 17 s, and 10 s for the greeting that everybody hears. */
const LONGEST_SPEECH = 120;
const LONGEST_GREETING = 75;

/** Texts that the service would refuse at its start. */
export const speechForm: Rule = {
  id: 'speech-form',
  severity: 'error',
  about: `読み上げる文が空、複数行、または長すぎる (greeting は${LONGEST_GREETING}字、ほかは${LONGEST_SPEECH}字まで)`,
  check: ({ texts, content }) =>
    texts
      .filter(({ kind, path }) => kind === 'spoken' && path[0] !== 'notice')
      .flatMap(({ path, text }) => {
        const filled = text.replaceAll('{organisation}', content?.organisation ?? '').trim();
        const longest = path[0] === 'greeting' ? LONGEST_GREETING : LONGEST_SPEECH;
        if (filled === '') return [{ path, message: '空です。', fix: '読み上げる文を書きます。' }];
        if (/[\r\n]/u.test(filled))
          return [{ path, message: '文の途中に改行があります。', fix: '一行で書きます。' }];
        if (filled.length <= longest) return [];
        return [
          {
            path,
            message: `${filled.length}字あり、長すぎます (${longest}字まで)。`,
            fix: 'なくても通じる言葉を削ります。',
          },
        ];
      }),
};

/** Names in braces would be read out. */
export const placeholder: Rule = {
  id: 'unknown-placeholder',
  severity: 'error',
  about: '{organisation} のほかの { } がある。そのまま読み上げられてしまう',
  check: ({ texts }) =>
    texts.flatMap(({ path, text }) =>
      [...text.matchAll(/\{(\w*)\}/gu)]
        .filter(([, name]) => name !== 'organisation')
        .map((match) => ({
          path,
          at: match.index,
          message: `「${match[0]}」は置き換えられません。`,
          fix: '使えるのは {organisation} だけです。人の名前や日付は、通話の中で確かめます。',
        })),
    ),
};

/** A goodbye that is not recognised would be said twice. */
export const farewellMarker: Rule = {
  id: 'farewell-marker',
  severity: 'error',
  about: 'phrases.farewell に farewellMarkers の言葉が一つも入っていない',
  check: ({ content }) => {
    if (content === null) return [];
    if (content.farewellMarkers.some((marker) => content.phrases.farewell.includes(marker))) return [];
    return [
      {
        path: ['farewellMarkers'],
        message: '別れのあいさつの言葉が、farewellMarkers に入っていません。',
        fix: 'phrases.farewell の一部 (例:「失礼いたします」) を farewellMarkers に加えます。',
      },
    ];
  },
};

/** The agent speaks Japanese, and the transcript proves what was agreed. */
export const japanese: Rule = {
  id: 'language',
  severity: 'error',
  about: 'transcription.languages に ja がない',
  check: ({ content }) => {
    if (content === null || content.transcription.languages.includes('ja')) return [];
    return [
      {
        path: ['transcription', 'languages'],
        message: '文字起こしの言語に日本語がありません。',
        fix: 'languages に ja を加えます。',
      },
    ];
  },
};
