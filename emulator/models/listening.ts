/** What a caller wants. */
export type Intent = 'attend' | 'absent' | 'late' | 'change' | 'other';

/** Order matters: 出席できません is an absence although it contains 出席. */
const INTENTS: readonly (readonly [Intent, RegExp])[] = [
  ['absent', /欠席|辞退|キャンセル|お休み|(?:出席|参加)でき(?:な|ませ)|行けな|行けませ|伺えな|伺えませ/u],
  ['change', /日程.*変|変更|別の日|振り替え/u],
  ['late', /遅れ|遅刻|間に合わ/u],
  ['attend', /出席|参加|行きます|行けます|伺います/u],
  ['other', /伝言|伝えて|聞きたい|質問|教えて|問い合わせ|場所|持ち物|どこ|何時|その他|そのほか/u],
];

/** A request for a message alone says nothing yet that could be passed on. */
const BARE_REQUEST = /^(?:すみません、?)?(?:伝言を?(?:お願い|頼)|そのほか|その他)/u;

const PERSON = /担当(?:者|の方|の人)|人間|人と話|人に代わ|代わって|つないで|繋いで/u;
const GOODBYE = /失礼(?:いた)?し(?:ます|ました)|さようなら|ごめんください|ありがとうございました|切ります/u;
const NOTHING_ELSE = /大丈夫|ありません|ないです|結構|特に|いいえ|いえ|以上です|ないので/u;
const YES =
  /^(?:はい|ええ|うん|そうです|お願いし|間違い(?:あり|ござい)ません|間違いないです|合って|その通り|それで)/u;
const NO =
  /違い(?!あり|ござい|な)|違って|違う|ちがい(?!あり|ござい|な)|いいえ|いえ|訂正|ではなく|じゃなくて/u;
const ROBOT = /AIです|エーアイ|ロボット|機械/u;
const ILLNESS = /体調|風邪|熱が|発熱|具合/u;
const DATE =
  /(?:[0-9０-９一二三四五六七八九十]+月)?[0-9０-９一二三四五六七八九十]+日(?:の?[月火水木金土日]曜日?)?|本日|今日|明日|明後日|あさって|(?:来週|今週|再来週)の?[月火水木金土日]曜日?|[月火水木金土日]曜日?(?=の|に|は|です|$)/u;
const TIME =
  /(?:[0-9０-９一二三四五六七八九十]+(?:時間|時半|時|分)(?:[0-9０-９一二三四五六七八九十]+分)?(?:ほど|くらい|ぐらい|ごろ|頃)?)/u;
const DIGITS = /[0-9０-９][0-9０-９\-ー− ]{8,}[0-9０-９]/u;

const NAMED =
  /([\p{Script=Han}\p{Script=Katakana}\p{Script=Hiragana}ー・ 　]{2,12}?)と(?:申し|言い|いい)ます/u;
const IS_NAME = /(?:^|[、。，]|の|は)([\p{Script=Han}\p{Script=Katakana}ー・ 　]{2,8})です(?!か)/u;
const NO_NAME = /席|遅|説明会|月|日|時|大丈夫|結構|以上|参加|変更|伝言|質問|採用|電話|番号|体調|担当/u;
const FILLERS = /^(?:(?:はい|えっと|ええと|えー|あの|もしもし|私|わたくし|わたし|名前)[、。は ]*)+/u;
const COPULA = /(?:と(?:申し|言い|いい)ます|でございます|ですけど|ですが|です|になります)?[。、！!]*$/u;

/** The intent of a sentence, or null. */
export function intentOf(text: string): Intent | null {
  return INTENTS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** What is to be passed on, or null when the caller only asked to leave something. */
export function contentOf(text: string): string | null {
  return BARE_REQUEST.test(text) || text.trim() === '' ? null : text.trim();
}

export const wantsPerson = (text: string): boolean => PERSON.test(text);
export const saysGoodbye = (text: string): boolean => GOODBYE.test(text);
export const hasNothingElse = (text: string): boolean => NOTHING_ELSE.test(text);
export const saysYes = (text: string): boolean => YES.test(text) && !NO.test(text);
export const saysNo = (text: string): boolean => NO.test(text);
export const asksForRobot = (text: string): boolean => ROBOT.test(text);
export const tellsOfIllness = (text: string): boolean => ILLNESS.test(text);

export function dateOf(text: string): string | null {
  return DATE.exec(text)?.[0] ?? null;
}

export function timeOf(text: string): string | null {
  return TIME.exec(text)?.[0] ?? null;
}

/** A telephone number in the sentence, digits only. */
export function numberOf(text: string): string | null {
  const found = DIGITS.exec(text.normalize('NFKC'))?.[0];
  return found === undefined ? null : found.replaceAll(/\D/gu, '');
}

/** A name that the caller gave without being asked for it. */
export function nameIn(text: string): string | null {
  const named = NAMED.exec(text)?.[1]?.replace(FILLERS, '');
  const name = named ?? IS_NAME.exec(text)?.[1];
  const own = name?.split('の').at(-1)?.trim();
  return own === undefined || own === '' || NO_NAME.test(own) ? null : own;
}

/** The answer to a question with fillers and politeness taken off. */
export function answerIn(text: string): string | null {
  const bare = text.trim().replace(FILLERS, '').replace(COPULA, '').trim();
  return bare === '' ? null : bare;
}
