import { createHash } from 'node:crypto';
import type { Rule } from './rule.ts';

/** The first signs of the hash of the notice: enough to notice a change. */
export function fingerprintOf(notice: string): string {
  return createHash('sha256').update(notice.trim()).digest('hex').slice(0, 8);
}

/** The notice has to be heard by everybody. */
export const noticeMissing: Rule = {
  id: 'notice-missing',
  severity: 'error',
  about: 'notice.text が greeting に一字一句入っていない',
  check: ({ content }) => {
    if (content === null || content.greeting.includes(content.notice.text.trim())) return [];
    return [
      {
        path: ['greeting'],
        message: 'AIと記録のお知らせ (notice.text) が、最初のあいさつに入っていません。',
        fix: 'greeting の中に、notice.text と同じ文をそのまま書きます。',
      },
    ];
  },
};

/** What the notice has to tell of. */
const TELLS: readonly { readonly pattern: RegExp; readonly what: string; readonly example: string }[] = [
  { pattern: /AI|ＡＩ|人工知能|自動音声|自動応答/u, what: 'AIが応対すること', example: 'AIがご用件を承り' },
  { pattern: /記録|録音|文字/u, what: '記録すること', example: '採用のご連絡のため記録いたします' },
];

/** A notice that tells less than it should. */
export const noticeContent: Rule = {
  id: 'notice-content',
  severity: 'error',
  about: 'notice.text が、AIが応対することと記録することの両方を伝えていない',
  check: ({ content }) => {
    if (content === null) return [];
    const { text } = content.notice;
    return TELLS.filter(({ pattern }) => !pattern.test(text)).map(({ what, example }) => ({
      path: ['notice', 'text'],
      message: `お知らせが、${what}を伝えていません。`,
      fix: `「${example}」のような言葉を入れます。`,
    }));
  },
};

/** Every call stores the version of its notice: the same version must not stand for two texts. */
export const noticeVersion: Rule = {
  id: 'notice-version',
  severity: 'error',
  about: 'notice.text が変わったのに version と fingerprint がそのまま',
  check: ({ content }) => {
    if (content === null) return [];
    const { text, fingerprint } = content.notice;
    const right = fingerprintOf(text);
    if (fingerprint === undefined || fingerprint === right) return [];
    return [
      {
        path: ['notice', 'fingerprint'],
        message: 'お知らせの文が、前に確かめたときから変わっています。',
        fix: `notice.version を新しい値にしてから、fingerprint を '${right}' に直します。`,
      },
    ];
  },
};

/** Without a fingerprint a change of the notice goes unnoticed. */
export const noticeUnsealed: Rule = {
  id: 'notice-unsealed',
  severity: 'warning',
  about: 'notice.fingerprint がなく、文の変更に気づけない',
  check: ({ content }) => {
    if (content === null || content.notice.fingerprint !== undefined) return [];
    return [
      {
        path: ['notice'],
        message: 'お知らせに fingerprint がないため、版を変えずに文を変えても気づけません。',
        fix: `notice に  fingerprint: '${fingerprintOf(content.notice.text)}'  と書きます。`,
      },
    ];
  },
};
