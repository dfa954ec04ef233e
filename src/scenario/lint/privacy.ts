import type { Rule } from './rule.ts';

/** Digits that are a telephone number in Japan, with or without country, hyphens and full width. */
const PHONE =
  /(?<![\d０-９a-f.])(?:[+＋][8８][1１]|[0０])[-－ー‐ ()（）]?[\d０-９]{1,4}[-－ー‐ ()（）]?[\d０-９]{1,4}[-－ー‐ ]?[\d０-９]{3,4}(?![\d０-９])/gu;
const MAIL = /[\w.+-]+[@＠][\w-]+(?:\.[\w-]+)+/gu;
/** Digits of the shortest telephone number that is meant. */
const FEWEST_DIGITS = 10;

/** Frequent family names, addressed: an example with a name is sooner or later somebody's. */
const ADDRESSED =
  /(?:佐藤|鈴木|高橋|髙橋|田中|伊藤|渡辺|渡邊|渡邉|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|斎藤|齋藤|斉藤|清水|山崎|池田|橋本|阿部|石川|山下|中島|石井|小川|前田|岡田|長谷川|藤田|後藤|近藤|村上|遠藤|青木|坂本)[一-龠]{0,3}(?:様|さま|さん|先生|氏)/gu;

/** Numbers and addresses of people do not belong into a file that is copied, shown and sent to the model. */
export const personalData: Rule = {
  id: 'personal-data',
  severity: 'error',
  about: '電話番号、メールアドレス、人の名前が書かれている (コメントも含む)',
  check: ({ source }) => [
    ...[...source.text.matchAll(PHONE)]
      .filter(([number]) => number.normalize('NFKC').replaceAll(/\D/gu, '').length >= FEWEST_DIGITS)
      .map(({ index }) => ({
        path: [],
        offset: index,
        message: '電話番号が書かれています。',
        fix: 'シナリオには番号を書きません。つなぐ先は TRANSFER_TARGETS に、問い合わせ先は名簿の説明会に書きます。',
      })),
    ...[...source.text.matchAll(MAIL)].map(({ index }) => ({
      path: [],
      offset: index,
      message: 'メールアドレスが書かれています。',
      fix: 'シナリオには書きません。必要な方にはメッセージで送ります。',
    })),
    ...[...source.text.matchAll(ADDRESSED)].map(({ index }) => ({
      path: [],
      offset: index,
      message: '人の名前が書かれています。',
      fix: '名前は通話の中で伺います。担当者は「担当者」「採用担当」と書きます。',
    })),
  ],
};
