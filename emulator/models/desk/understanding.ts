import { attendanceIntent } from '../../../src/briefing/confirmation-intent.ts';
import * as hear from '../listening.ts';

/** What a caller wants of their registration. `pass_on`: only the team can do it. */
export type WishKind =
  | 'attend'
  | 'absent'
  | 'withdraw'
  | 'late'
  | 'move'
  | 'wait'
  | 'online'
  | 'undecided'
  | 'pass_on';

/** What a caller wants to know. `other`: nothing that a list of facts could tell. */
export type Topic =
  | 'own'
  | 'place'
  | 'items'
  | 'dress'
  | 'contact'
  | 'in_writing'
  | 'somebody_else'
  | 'other';

/** Somebody who calls for another person. 大丈夫です holds no husband. */
const PROXY =
  /(?<!\p{Script=Han})(?:母|父|母親|父親|両親|保護者|姉|兄|妹|弟|祖母|祖父|妻|夫|家族|友人|友達|知人|代理)(?:の者)?(?:です|でございます|と申し|なのですが|なんですが)|息子|娘|(?:本人|彼|彼女)の代わり|代理で/u;
const RELATION = /(?<!\p{Script=Han})(?:母|父|保護者|姉|兄|妹|弟|祖母|祖父|妻|夫|友人|友達|知人)/u;
/** More than the briefing: the team's own business. */
const FOR_THE_TEAM = /内定.*辞退|辞退.*内定|応募.*取り(?:消|下)/u;
const WITHDRAWAL = /辞退/u;
const MESSAGE = /伝言|伝えて|お伝え/u;
const KEEP =
  /そのまま|変えな|変更(?:しな|はしな|は?やめ|は?なし)|やっぱり(?:いい|結構|大丈夫)|やめ(?:て|と|ます)/u;
const IN_WRITING = /(?:メッセージ|SMS|ショートメール|メール|文字)(?:で|を|に)?.{0,12}送(?:って|り|れ)/iu;
const MOMENT = /待って|お待ち(?:ください|いただ)|少々/u;
const PARDON = /もう一度|もういちど|もう一回|聞こえ(?:ません|ない|なか|づら)|聞き取れ|なんて(?:言|おっしゃ)/u;
const ASKS =
  /どこ|何時|いつ|どう(?:すれば|やって|行けば|いう)|教え|ですか|ますか|でしょうか|知りたい|質問|聞きたい|確認した|分からな|わからな|忘れ/u;
const TOPICS: readonly (readonly [Topic, RegExp])[] = [
  [
    'somebody_else',
    /さんの(?:予約|申し込み|申込|出欠|連絡先|電話|日程)|さん(?:は|も)(?:来|出席|参加|申し込)/u,
  ],
  ['items', /持ち物|持って(?:行|い|く)|必要な(?:もの|物)|筆記/u],
  ['dress', /服装|スーツ|私服|服は|何を着/u],
  ['place', /場所|会場|どこ(?:で|に|へ|です|でしょ)|行き方|アクセス/u],
  ['contact', /連絡先|電話番号|問い合わせ先/u],
  [
    'own',
    /予約.*(?:確認|内容|いつ)|いつ(?:でした|です|の)|何時(?:から|でした|です)|日時|日程を(?:教|確認)|自分の/u,
  ],
];
const REASONS: readonly (readonly [string, RegExp])[] = [
  ['unwell', /体調|風邪|熱が|発熱|具合|病院|怪我|けが/u],
  ['transport', /電車|遅延|渋滞|バスが|運休|事故|道に迷/u],
  ['other_offer', /他社|内定/u],
  ['schedule', /授業|講義|試験|ゼミ|予定が|面接が|重なっ/u],
  ['personal', /家庭|家族|私用|一身上|都合/u],
];
const UNIVERSITY =
  /([\p{Script=Han}\p{Script=Katakana}ー々A-Za-zＡ-Ｚ]{1,20}(?:大学院|大学|短大|大))(?![\p{Script=Han}])/gu;
const CODE =
  /(?:予約番号|受付番号|番号)(?:は|が)?\s*([0-9A-Z０-９Ａ-Ｚ〇一二三四五六七八九ぁ-ゖァ-ヴー\-ー－の、 ]{3,40}?)(?:です|でございます|になります|と|。|$)/iu;
const BARE_CODE =
  /[A-ZＡ-Ｚ]{1,3}[-－ー ]?[0-9０-９]{3,8}|(?<![0-9０-９:：])[0-9０-９]{4,8}(?![0-9０-９年月日時分:：])/iu;

/** What a sentence wishes, or null. */
export function wishIn(text: string): WishKind | null {
  if (FOR_THE_TEAM.test(text) || MESSAGE.test(text)) return 'pass_on';
  const { kind } = attendanceIntent(text);
  switch (kind) {
    case 'change':
      return 'move';
    case 'waitlist':
      return 'wait';
    case 'absent':
      return WITHDRAWAL.test(text) ? 'withdraw' : kind;
    case 'attend':
    case 'late':
    case 'online':
    case 'undecided':
      return kind;
    case 'question':
    case 'person':
      return null;
    case 'none':
      return byWord(text);
  }
}

/** For sentences that hold more words than a grammar of answers knows. */
function byWord(text: string): WishKind | null {
  if (topicIn(text) !== null) return null;
  const intent = hear.intentOf(text);
  if (intent === 'change') return 'move';
  if (intent === 'absent' && WITHDRAWAL.test(text)) return 'withdraw';
  return intent === 'other' ? null : intent;
}

/** What a sentence asks for, or null when it asks for nothing. */
export function topicIn(text: string): Topic | null {
  if (IN_WRITING.test(text)) return 'in_writing';
  if (!ASKS.test(text)) return null;
  return TOPICS.find(([, pattern]) => pattern.test(text))?.[0] ?? (isQuestion(text) ? 'other' : null);
}

/** A reason that was given without being asked for: one of the codes that the tool takes. */
export function reasonIn(text: string): string | null {
  return REASONS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** @param asked whether the university was asked for */
export function universityIn(text: string, asked: boolean): string | null {
  const named = [...text.matchAll(UNIVERSITY)].at(-1)?.[1];
  if (named !== undefined && named !== '大') return named;
  const answer = asked ? hear.answerIn(text) : null;
  return answer !== null && !/分から|わから|ません/u.test(answer) ? answer : null;
}

/** @param asked whether the code was asked for */
export function codeIn(text: string, asked: boolean): string | null {
  const named = CODE.exec(text)?.[1]?.trim() ?? BARE_CODE.exec(text)?.[0];
  if (named !== undefined && named !== '') return named;
  const answer = asked ? hear.answerIn(text) : null;
  return answer !== null && !/分か[らり]|わか[らり]|忘れ|ません|ないです|手元/u.test(answer) ? answer : null;
}

/** Who calls for somebody else, as they call themselves (母, 友人); null when it is the applicant who calls. */
export function proxyIn(text: string): string | null {
  if (!PROXY.test(text)) return null;
  return RELATION.exec(text)?.[0] ?? '代理の方';
}

/** The caller does not have at hand, or does not know, what was asked for. */
export const doesNotKnow = (text: string): boolean =>
  /分か[らり]|わか[らり]|忘れ|手元にな|持っていな/u.test(text);
/** A sentence that ends as a question. */
export const isAsked = (text: string): boolean => /か[。？?]?\s*$/u.test(text);
/** Things stay as they are. */
export const keepsIt = (text: string): boolean => KEEP.test(text);
export const asksToWait = (text: string): boolean => MOMENT.test(text);
export const asksToRepeat = (text: string): boolean => PARDON.test(text);

function isQuestion(text: string): boolean {
  return attendanceIntent(text).kind === 'question' || /(?:ですか|ますか|でしょうか|教えて|質問)/u.test(text);
}
