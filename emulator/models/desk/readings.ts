import { toKatakana } from '../../../src/briefing/kana.ts';
import { answerIn } from '../listening.ts';

/** A name as it was said, and how it sounds; null when the reading is not known. */
export interface HeardName {
  readonly spoken: string;
  readonly kana: string | null;
}

/**
 * Readings of frequent names. A model that listens hears how a name sounds; whoever reads a transcript has to know it.
 * Names that are not listed have to be said in kana.
 */
const FAMILY =
  readingsOf(`佐藤サトウ 鈴木スズキ 高橋タカハシ 髙橋タカハシ 田中タナカ 伊藤イトウ 渡辺ワタナベ 渡邉ワタナベ 渡邊ワタナベ 山本ヤマモト
  中村ナカムラ 小林コバヤシ 加藤カトウ 吉田ヨシダ 山田ヤマダ 佐々木ササキ 山口ヤマグチ 松本マツモト 井上イノウエ 木村キムラ 林ハヤシ
  斎藤サイトウ 斉藤サイトウ 清水シミズ 山崎ヤマザキ 森モリ 池田イケダ 橋本ハシモト 阿部アベ 石川イシカワ 山下ヤマシタ 中島ナカジマ 石井イシイ 小川オガワ
  前田マエダ 岡田オカダ 長谷川ハセガワ 藤田フジタ 後藤ゴトウ 近藤コンドウ 村上ムラカミ 遠藤エンドウ 青木アオキ 坂本サカモト 坂田サカタ 福田フクダ
  太田オオタ 西村ニシムラ 藤井フジイ 岡本オカモト 金子カネコ 藤原フジワラ 三浦ミウラ 中野ナカノ 原田ハラダ 松田マツダ 竹内タケウチ 上田ウエダ`);

const GIVEN =
  readingsOf(`太郎タロウ 花子ハナコ 健一郎ケンイチロウ 健一ケンイチ 健太ケンタ 美咲ミサキ 翔ショウ さくらサクラ 大輔ダイスケ 優ユウ 一郎イチロウ 次郎ジロウ
  三郎サブロウ 蓮レン 陽翔ハルト 湊ミナト 大翔ヒロト 悠真ユウマ 結衣ユイ 陽菜ヒナ 葵アオイ 結菜ユイナ 美優ミユ 愛アイ 翔太ショウタ 拓也タクヤ 達也タツヤ
  直樹ナオキ 和也カズヤ 健ケン 誠マコト 明アキラ 恵メグミ 久美子クミコ 陽子ヨウコ 京子キョウコ 智子トモコ 由美子ユミコ 裕子ユウコ 優子ユウコ 真由美マユミ`);

const FULL_NAME = new RegExp(`(${alternatives(FAMILY)})[ 　・]?(${alternatives(GIVEN)})`, 'u');
const FAMILY_ONLY = new RegExp(`(${alternatives(FAMILY)})(?=と申し|と言い|といい|です|でございます|$)`, 'u');
const KATAKANA =
  /([ァ-ヴー]{2,}(?:[ 　・][ァ-ヴー]{2,})?)(?=と申し|と言い|といい|です|でございます|[、。]|$)/gu;
const KANA = /^[ぁ-ゖァ-ヴー 　・]{2,20}$/u;
const KANJI = /^[\p{Script=Han}ぁ-ゖァ-ヴー 　々]{2,10}$/u;

/** Words in katakana that callers say and that nobody is called. */
const NO_NAMES =
  /オンライン|キャンセル|メール|メッセージ|スーツ|ボタン|バス|タクシー|アルバイト|バイト|インターン|ゼミ|コロナ|インフルエンザ|リモート|ズーム|テスト|パソコン|レポート|サイト|カレンダー|エーアイ|ロボット|ホール/u;
const NO_ANSWER =
  /わかり|わから|ません|ください|です|はい|いいえ|いえ|もしもし|すみません|あの|出席|欠席|遅|参加|変更|説明会|大学|予約/u;

/**
 * The name that a sentence gives.
 *
 * @param asked whether the name was asked for: then a bare answer is one
 */
export function nameIn(text: string, asked: boolean): HeardName | null {
  const full = FULL_NAME.exec(text);
  if (full !== null) {
    const [spoken, family = '', given = ''] = full;
    return {
      spoken: spoken.replaceAll(/[ 　・]/gu, ''),
      kana: `${FAMILY.get(family)} ${GIVEN.get(given)}`,
    };
  }
  const kana = [...text.matchAll(KATAKANA)].map(([, name = '']) => name).find((name) => !NO_NAMES.test(name));
  if (kana !== undefined) return { spoken: kana, kana };
  const answer = asked ? answerIn(text) : null;
  if (answer !== null && !NO_ANSWER.test(answer)) {
    if (KANA.test(answer)) return { spoken: answer, kana: toKatakana(answer) };
    const family = FAMILY.get(answer);
    if (family !== undefined) return { spoken: answer, kana: family };
    if (KANJI.test(answer)) return { spoken: answer, kana: null };
  }
  const only = FAMILY_ONLY.exec(text)?.[1];
  return only === undefined ? null : { spoken: only, kana: FAMILY.get(only) ?? null };
}

function readingsOf(list: string): ReadonlyMap<string, string> {
  return new Map(
    list.split(/\s+/u).map((entry) => {
      const [, written = '', reading = ''] = /^(.+?)([ァ-ヴー]+)$/u.exec(entry) ?? [];
      return [written, reading] as const;
    }),
  );
}

/** Longest first: 健一郎 before 健一. */
function alternatives(names: ReadonlyMap<string, string>): string {
  return [...names.keys()].toSorted((a, b) => b.length - a.length).join('|');
}
