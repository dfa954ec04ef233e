import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/lib/package-root.ts';

/** The shipped scenario, which has no findings. */
export const SHIPPED = readFileSync(join(packageRoot(), 'scenarios', 'attendance-ja.yaml'), 'utf8');

/** A change of the shipped scenario. */
export type Change = (text: string) => string;

/** The scenario says these words while a tool runs. */
export const says =
  (words: string): Change =>
  (text) =>
    text.replace(/^ {2}toolWait: .*$/m, `  toolWait: '${words}'`);

/** The model is told this, too. */
export const tells =
  (words: string): Change =>
  (text) =>
    text.replace('  manner: |\n', `  manner: |\n    - ${words}\n`);

/** One more question and its answer. */
export const answers =
  (words: string): Change =>
  (text) =>
    text.replace('faq:\n', `faq:\n  - question: 駐車場はありますか\n    answer: '${words}'\n`);

const swap =
  (from: string | RegExp, to: string): Change =>
  (text) =>
    text.replace(from, to);

/** For each rule a scenario that breaks it and one, much like it, that does not. */
export const CASES: readonly { readonly rule: string; readonly bad: Change; readonly good: Change }[] = [
  { rule: 'shape', bad: swap(/^ {2}toolWait: .*$/m, ''), good: says('お待ちください。') },
  { rule: 'shape', bad: swap('  reprompt:', '  repromt:'), good: swap('# 返事がないとき', '# 無言') },
  {
    rule: 'shape',
    bad: swap('identity: strict', 'identity: lax'),
    good: swap('identity: strict', 'identity: without_codes'),
  },
  {
    rule: 'unknown-placeholder',
    bad: says('{name}様、お待ちください。'),
    good: says('{organisation}です。お待ちください。'),
  },
  {
    rule: 'unknown-placeholder',
    bad: tells('{date}の説明会です。'),
    good: tells('{organisation}の受付です。'),
  },
  {
    rule: 'idle-limit',
    bad: swap('turnDetection:', 'limits:\n  messages: 0\n\nturnDetection:'),
    good: swap('turnDetection:', 'limits:\n  messages: 1\n  identityTries: 2\n\nturnDetection:'),
  },
  {
    rule: 'idle-limit',
    bad: (text) =>
      text
        .replace(/^ {2}- identify_caller\n/m, '')
        .replace('turnDetection:', 'limits:\n  identityTries: 2\n\nturnDetection:'),
    good: swap(/^ {2}- identify_caller\n/m, ''),
  },
  {
    rule: 'shape',
    bad: swap('turnDetection:', 'limits:\n  identityTries: 6\n\nturnDetection:'),
    good: swap('turnDetection:', 'limits:\n  identityTries: 5\n\nturnDetection:'),
  },
  { rule: 'speech-form', bad: says('あ。'.repeat(61)), good: says('あ。'.repeat(60)) },
  { rule: 'speech-form', bad: says(' '), good: says('はい。') },
  {
    rule: 'speech-form',
    bad: swap('ご用件をお聞かせください。', 'ご用件をお聞かせくださいますようお願いいたします。'),
    good: swap('ご用件をお聞かせください。', 'ご用件をどうぞ。'),
  },
  {
    rule: 'farewell-marker',
    bad: swap('それでは失礼いたします。', 'それではまた。'),
    good: swap('それでは失礼いたします。', '失礼いたします。'),
  },
  {
    rule: 'language',
    bad: swap('languages: [ja]', 'languages: [en]'),
    good: swap('languages: [ja]', 'languages: [ja, en]'),
  },
  {
    rule: 'notice-missing',
    bad: swap('AIがご用件を承り、採用のご連絡のため記録いたします。ご用件', 'AIが承ります。ご用件'),
    good: swap('お電話ありがとうございます。', 'お電話ありがとうございます、'),
  },
  {
    rule: 'notice-content',
    bad: (s) => s.replaceAll('AIがご用件を承り', '担当がご用件を承り'),
    good: (s) => s.replaceAll('AIがご用件を承り', '自動音声がご用件を承り'),
  },
  {
    rule: 'notice-content',
    bad: (s) => s.replaceAll('ため記録いたします', 'ため使います'),
    good: (s) => s.replaceAll('ため記録いたします', 'ため録音いたします'),
  },
  {
    rule: 'notice-version',
    bad: (s) => s.replaceAll('ため記録いたします', 'ため録音いたします'),
    good: (s) => s,
  },
  { rule: 'notice-unsealed', bad: swap(/^ {2}fingerprint: .*\n/m, ''), good: (s) => s },
  { rule: 'unknown-tool', bad: swap('  - end_call', '  - hang_up'), good: (s) => s },
  {
    rule: 'unknown-tool',
    bad: tells('identfy_caller を使います。'),
    good: tells('identify_caller を使います。'),
  },
  {
    rule: 'unknown-tool',
    bad: tells('updat_attendance を使います。'),
    good: tells('confirmation_token を添えます。'),
  },
  { rule: 'tool-not-allowed', bad: swap('  - check_slots\n', ''), good: (s) => s },
  {
    rule: 'unused-tool',
    bad: swap(/(?<!\n {2}- )save_lead/g, 'メモ'),
    good: swap('save_lead で残します', 'メモで残します'),
  },
  { rule: 'tool-set', bad: swap('  - identify_caller\n', ''), good: (s) => s },
  { rule: 'tool-set', bad: swap('  - end_call\n', ''), good: (s) => s },
  {
    rule: 'transfer-tool',
    bad: (s) =>
      s
        .replace('  - transfer_to_human\n', '')
        .replace('faq:\n', 'transfers:\n  - { key: a, label: 人事, when: 急ぎ }\nfaq:\n'),
    good: swap('faq:\n', 'transfers:\n  - { key: a, label: 人事, when: 急ぎ }\nfaq:\n'),
  },
  { rule: 'long-sentence', bad: says(`${'あ'.repeat(60)}。`), good: says(`${'あ'.repeat(59)}。`) },
  {
    rule: 'long-sentence',
    bad: tells(`「${'あ'.repeat(61)}」と言います。`),
    good: tells(`${'あ'.repeat(61)}と言います。`),
  },
  {
    rule: 'long-instructions',
    bad: tells('長い指示です。'.repeat(400)),
    good: tells('長い指示です。'.repeat(100)),
  },
  {
    rule: 'several-questions',
    bad: says('お名前は何でしょうか、大学はどちらでしょうか。'),
    good: says('お名前をお願いできますでしょうか。'),
  },
  {
    rule: 'several-questions',
    bad: says('ご出席でしょうか。お名前もお願いできますでしょうか。'),
    good: says('ご出席ですね。お名前をお願いできますでしょうか。'),
  },
  {
    rule: 'several-questions',
    bad: tells('「お名前と大学名をお願いします」と尋ねます。'),
    good: tells('「お名前をお願いします」と尋ねます。'),
  },
  { rule: 'double-honorific', bad: says('お伺いさせていただきます。'), good: says('お伺いします。') },
  {
    rule: 'double-honorific',
    bad: says('資料をご覧になられましたか。'),
    good: says('資料をご覧になりましたか。'),
  },
  {
    rule: 'double-honorific',
    bad: tells('「先ほどおっしゃられた件」と言います。'),
    good: tells('「先ほどおっしゃった件」と言います。'),
  },
  { rule: 'double-honorific', bad: says('拝見させていただきます。'), good: says('拝見します。') },
  { rule: 'double-honorific', bad: says('ご連絡させていただきます。'), good: says('ご連絡いたします。') },
  {
    rule: 'phone-manner',
    bad: says('こちらでよろしかったでしょうか。'),
    good: says('こちらでよろしいでしょうか。'),
  },
  { rule: 'phone-manner', bad: says('了解しました。'), good: says('承知いたしました。') },
  { rule: 'reproach', bad: says('なぜ欠席されるのでしょうか。'), good: says('ご欠席ですね。') },
  {
    rule: 'reproach',
    bad: says('せっかくお席をご用意しましたのに残念です。'),
    good: says('ご連絡ありがとうございます。'),
  },
  {
    rule: 'reproach',
    bad: tells('「欠席の理由をお聞かせください」と言います。'),
    good: tells('欠席の理由は尋ねません。'),
  },
  {
    rule: 'health-question',
    bad: says('どのような症状でしょうか。'),
    good: says('どうぞお大事になさってください。'),
  },
  {
    rule: 'health-question',
    bad: tells('「診断書をお願いします」と言います。'),
    good: tells('病名や症状は尋ねません。'),
  },
  {
    rule: 'promise',
    bad: answers('ご希望の日に変更いたします。'),
    good: answers('日程の変更は、このお電話で承ります。'),
  },
  {
    rule: 'promise',
    bad: answers('必ず合格できます。'),
    good: answers('選考については、お答えできません。'),
  },
  { rule: 'promise', bad: says('お席を確保しました。'), good: says('お席を確認しております。') },
  {
    rule: 'unknown-key',
    bad: says('お急ぎなら4を押してください。'),
    good: says('欠席は2を押してください。'),
  },
  {
    rule: 'unknown-key',
    bad: says('ボタンでは、遅刻は3です。'),
    good: says('ボタンでは、日程の変更は3です。'),
  },
  {
    rule: 'unknown-key',
    bad: says('終わりに米印を押してください。'),
    good: says('終わりにシャープを押してください。'),
  },
  { rule: 'date-weekday', bad: says('説明会は11月25日です。'), good: says('説明会は11月25日水曜日です。') },
  {
    rule: 'date-weekday',
    bad: answers('締め切りは12/5です。'),
    good: answers('締め切りは12月5日（いつか）土曜日です。'),
  },
  {
    rule: 'wrong-weekday',
    bad: says('2026年11月25日火曜日です。'),
    good: says('2026年11月25日水曜日です。'),
  },
  { rule: 'wrong-weekday', bad: says('2026年2月30日月曜日です。'), good: says('2026年2月28日土曜日です。') },
  {
    rule: 'day-reading',
    bad: says('11月24日火曜日です。'),
    good: says('11月24日（にじゅうよっか）火曜日です。'),
  },
  { rule: 'day-reading', bad: says('毎月8日です。'), good: says('8日間あります。') },
  { rule: 'two-readings', bad: says('明日お待ちしております。'), good: says('あすお待ちしております。') },
  { rule: 'two-readings', bad: says('14:30からです。'), good: says('午後2時30分からです。') },
  {
    rule: 'symbol',
    bad: answers('詳しくは https://example.com をご覧ください。'),
    good: answers('詳しくは、ご案内をご覧ください。'),
  },
  { rule: 'symbol', bad: says('10時〜12時です。'), good: says('10時から12時です。') },
  { rule: 'abbreviation', bad: says('Zoomで行います。'), good: says('ズームで行います。') },
  { rule: 'abbreviation', bad: says('HPをご覧ください。'), good: says('SMSをお送りします。') },
  {
    rule: 'personal-data',
    bad: answers('お電話は03-1234-0000です。'),
    good: answers('お電話は、ご案内の番号です。'),
  },
  {
    rule: 'personal-data',
    bad: swap('organisation: 採用事務局', 'organisation: 採用事務局 # ０９０ー１２３４ー０００１'),
    good: swap('organisation: 採用事務局', 'organisation: 採用事務局 # 2026-11-24 15:30'),
  },
  {
    rule: 'personal-data',
    bad: answers('saiyo@example.comまで。'),
    good: answers('メールでご連絡ください。'),
  },
  { rule: 'date-weekday', bad: says('25日にお越しください。'), good: says('3日以内にお越しください。') },
  { rule: 'date-weekday', bad: says('１２月５日です。'), good: says('１２月５日土曜日です。') },
  { rule: 'full-width', bad: says('９０分です。'), good: says('90分です。') },
  { rule: 'two-readings', bad: says('二十日火曜日です。'), good: says('20日（はつか）火曜日です。') },
  { rule: 'abbreviation', bad: says('会場は10Fです。'), good: says('会場は10階です。') },
  {
    rule: 'health-question',
    bad: says('どこかお悪いのですか。'),
    good: says('ご都合が悪くなられましたら、お電話ください。'),
  },
  {
    rule: 'double-honorific',
    bad: says('ご利用になられますか。'),
    good: says('お元気になられましたら、お電話ください。'),
  },
  { rule: 'unknown-key', bad: says('スターを押してください。'), good: says('シャープを押してください。') },
  { rule: 'personal-data', bad: says('山田様、お待ちください。'), good: says('お客様、お待ちください。') },
  {
    rule: 'weak-identity',
    bad: swap(
      'identity: strict',
      'identity: { read: [[name, caller_number]], change: [[name, reservation_code]] }',
    ),
    good: swap(
      'identity: strict',
      'identity: { read: [[name, university]], change: [[name, reservation_code]] }',
    ),
  },
  {
    rule: 'weak-identity',
    bad: swap(
      'identity: strict',
      'identity: { read: [[name, university]], change: [[slot_date, university]] }',
    ),
    good: swap('identity: strict', 'identity: without_codes'),
  },
];
