import type { Draft, Rule } from './rule.ts';

/** Ways that end nowhere without these. */
const NEEDS: Readonly<Record<string, string>> = {
  check_slots: 'identify_caller',
  update_attendance: 'identify_caller',
};
/** Words of the tools' arguments and answers look like names of tools. */
const TOOL_LIKE = /(?<![\w])[a-z]+(?:_[a-z]+)+(?![\w])/gu;
/** Letters that may be wrong in a misspelt name. */
const FEW_SLIPS = 2;

/** A tool that does not exist, in the list or misspelt in the instructions. */
export const unknownTool: Rule = {
  id: 'unknown-tool',
  severity: 'error',
  about: 'ないツールが tools にある、または指示の中でツールの名前を書き間違えている',
  check: (draft) => [
    ...(draft.content?.tools ?? []).flatMap((name, index) =>
      draft.tools.includes(name)
        ? []
        : [
            {
              path: ['tools', index],
              message: `「${name}」というツールはありません。`,
              fix: `使えるのは ${draft.tools.join('、')} です。`,
            },
          ],
    ),
    ...named(draft, TOOL_LIKE).flatMap(({ path, at, name }) => {
      if (draft.tools.includes(name)) return [];
      const meant = draft.tools.find((tool) => slips(tool, name) <= FEW_SLIPS);
      if (meant === undefined) return [];
      return [
        { path, at, message: `「${name}」というツールはありません。`, fix: `「${meant}」と書きます。` },
      ];
    }),
  ],
};

/** The flow uses what the scenario does not allow. */
export const forbiddenTool: Rule = {
  id: 'tool-not-allowed',
  severity: 'error',
  about: '指示が、tools にないツールを使わせようとしている',
  check: (draft) => {
    const { content } = draft;
    if (content === null) return [];
    return named(draft, TOOL_LIKE)
      .filter(({ name }) => draft.tools.includes(name) && !content.tools.includes(name))
      .map(({ path, at, name }) => ({
        path,
        at,
        message: `「${name}」は tools にないので、モデルは使えません。`,
        fix: `tools に ${name} を加えるか、この文を直します。`,
      }));
  },
};

/** A tool that nothing in the instructions speaks of is used at random, or never. */
export const unusedTool: Rule = {
  id: 'unused-tool',
  severity: 'warning',
  about: 'tools にあるのに、指示のどこでも使い方を説明していない',
  check: (draft) => {
    const { content } = draft;
    if (content === null) return [];
    const spokenOf = new Set(named(draft, TOOL_LIKE).map(({ name }) => name));
    return content.tools.flatMap((name, index) =>
      spokenOf.has(name) || !draft.tools.includes(name)
        ? []
        : [
            {
              path: ['tools', index],
              message: `「${name}」をいつ使うのか、指示のどこにも書かれていません。`,
              fix: `instructions.flow か instructions.tools に使いどころを書くか、tools から外します。`,
            },
          ],
    );
  },
};

/** A set of tools with which a call cannot come to its end. */
export const toolSet: Rule = {
  id: 'tool-set',
  severity: 'error',
  about: 'end_call がない、または変更のツールがあるのに identify_caller がない',
  check: ({ content }) => {
    if (content === null) return [];
    const { tools } = content;
    const lacking = tools.flatMap((name) => {
      const needs = NEEDS[name];
      return needs === undefined || tools.includes(needs) ? [] : [{ name, needs }];
    });
    return [
      ...(tools.includes('end_call')
        ? []
        : [
            {
              path: ['tools'],
              message: 'end_call がないので、電話を終えられません。',
              fix: 'tools に end_call を加えます。',
            },
          ]),
      ...lacking.map(({ name, needs }) => ({
        path: ['tools'],
        message: `「${name}」は、${needs} で本人を確かめてからでないと使えません。`,
        fix: `tools に ${needs} を加えます。`,
      })),
    ];
  },
};

/** Targets that nobody can be connected to. */
export const transferTool: Rule = {
  id: 'transfer-tool',
  severity: 'warning',
  about: 'transfers があるのに transfer_to_human が tools にない',
  check: ({ content }) => {
    if (content === null || (content.transfers ?? []).length === 0) return [];
    if (content.tools.includes('transfer_to_human')) return [];
    return [
      {
        path: ['transfers'],
        message: 'つなぐ先があるのに、つなぐツールがありません。',
        fix: 'tools に transfer_to_human を加えるか、transfers を外します。',
      },
    ];
  },
};

function named(draft: Draft, pattern: RegExp) {
  return draft.texts
    .filter(({ kind }) => kind === 'instruction')
    .flatMap(({ path, text }) =>
      [...text.matchAll(pattern)].map((match) => ({ path, at: match.index, name: match[0] })),
    );
}

/** Letters to insert, leave out or change. */
function slips(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
