import type { Rule } from './rule.ts';

/** What each limit is a limit of. */
const OF = { messages: 'send_message', identityTries: 'identify_caller' } as const;

/** A limit of something that the scenario does not do, or that leaves nothing of it. */
export const idleLimit: Rule = {
  id: 'idle-limit',
  severity: 'warning',
  about: 'limits が、tools にないものの上限を書いている、または使えるツールを 0 回にしている',
  check: ({ content }) =>
    Object.entries(OF).flatMap(([name, tool]) => {
      const limit = content?.limits?.[name as keyof typeof OF];
      const used = content?.tools.includes(tool) === true;
      if (limit === undefined || (used && limit > 0)) return [];
      return [
        {
          path: ['limits', name],
          message: used
            ? `0 なので、${tool} は使えません。`
            : `${tool} は tools にないので、この上限に意味はありません。`,
          fix: used ? `1 以上にするか、tools から ${tool} を外します。` : 'この行を消します。',
        },
      ];
    }),
};
