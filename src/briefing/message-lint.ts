import { speaksOfHealth } from './health-words.ts';
import { smsLength } from './sms-length.ts';

/** `error`: the file is not used. `warning`: a person should look. */
export interface TemplateFinding {
  readonly severity: 'error' | 'warning';
  /** Key and channel, such as `reminder.sms`. */
  readonly path: string;
  readonly message: string;
}

type Texts = Readonly<
  Record<string, { readonly sms: string; readonly subject: string; readonly email: string }>
>;

/** Typical values, as long as they usually are, to measure with. */
const TYPICAL: Readonly<Record<string, string>> = {
  organisation: '株式会社サンプル採用担当',
  briefing: '新卒採用説明会',
  when: '11月25日(水) 14:00',
  place: '東京本社3階',
  access: 'https://meeting.example.jp/j/1234567890',
  status: '出席予定',
  arrival: '14:20',
  contact: '03-1234-5678',
  receipt: 'K7Q2XA',
};

/** Parts of a text message that are paid for each time; more is a letter. */
const MOST_PARTS = 3;
/** Units of a subject that a telephone shows. */
const LONGEST_SUBJECT = 40;

/** Words of an advertisement: with them the message would need consent beforehand. */
const ADVERTISING =
  /キャンペーン|お得|無料登録|今すぐ|特典|割引|限定|おすすめ|求人情報|エントリー受付中|応募はこちら/;
/** Names, universities and numbers do not belong where a lock screen shows them. */
const PERSONAL = /\{(name|kana|phone|email|university|reason)\}/;

/** Names of the reservation code, which proves who calls: who is asked for it would read the receipt out. */
const CODE_FOR_RECEIPT = /(?:受付|予約|申込|申し込み)(?:番号|コード)[\s:：]*\{receipt\}/;

/** What a careful person would object to in the words of messages. */
export function lintTemplates(templates: Texts): TemplateFinding[] {
  const findings: TemplateFinding[] = [];
  for (const [key, template] of Object.entries(templates)) {
    for (const channel of ['sms', 'subject', 'email'] as const) {
      const path = `${key}.${channel}`;
      findings.push(...lintWords(path, template[channel]));
    }
    findings.push(...lintSms(`${key}.sms`, template.sms));
    if (measured(template.subject).length > LONGEST_SUBJECT) {
      findings.push({
        severity: 'warning',
        path: `${key}.subject`,
        message: `has more than ${LONGEST_SUBJECT} characters: telephones cut it off`,
      });
    }
    if (!template.email.includes('{contact}')) {
      findings.push({ severity: 'error', path: `${key}.email`, message: 'names no {contact} to ask' });
    }
  }
  return findings;
}

function lintWords(path: string, words: string): TemplateFinding[] {
  const findings: TemplateFinding[] = [];
  const error = (message: string): void => void findings.push({ severity: 'error', path, message });
  for (const [, name = ''] of words.matchAll(/\{(\w*)\}/g)) {
    if (PERSONAL.test(`{${name}}`)) error(`names {${name}}: a message shows no more than it must`);
    else if (TYPICAL[name] === undefined) error(`has the unknown name {${name}}`);
  }
  if (/[{}]/.test(words.replaceAll(/\{\w+\}/g, ''))) error('has a brace that belongs to no name');
  if (speaksOfHealth(words)) error('speaks of health');
  if (ADVERTISING.test(words)) error('reads like an advertisement, which needs consent beforehand');
  if (CODE_FOR_RECEIPT.test(words)) {
    error('calls {receipt} by the name of the reservation code. Write 控え番号');
  }
  if (/https?:\/\/(?:bit\.ly|t\.co|goo\.gl|tinyurl\.com|is\.gd)\//i.test(words)) {
    error('has a shortened address: networks take it for fraud');
  }
  return findings;
}

function lintSms(path: string, words: string): TemplateFinding[] {
  const findings: TemplateFinding[] = [];
  const { parts, units } = smsLength(measured(words));
  if (parts > MOST_PARTS) {
    findings.push({
      severity: 'error',
      path,
      message: `takes ${parts} parts (${units} characters) with usual values: ${MOST_PARTS} at most`,
    });
  }
  if (!words.includes('{organisation}')) {
    findings.push({ severity: 'error', path, message: 'does not say who writes: begin with {organisation}' });
  }
  if (!words.includes('{receipt}')) {
    findings.push({
      severity: 'error',
      path,
      message: 'lacks {receipt}: by it the message is found at the provider before it is sent again',
    });
  }
  if (/[\uFF61-\uFF9F]/.test(words)) {
    findings.push({ severity: 'warning', path, message: 'has half-width kana' });
  }
  if (/\p{Extended_Pictographic}/u.test(words.replaceAll(/[0-9#*]/g, ''))) {
    findings.push({ severity: 'warning', path, message: 'has a pictograph that old telephones do not show' });
  }
  return findings;
}

function measured(words: string): string {
  return words.replaceAll(/\{(\w+)\}/g, (whole, name: string) => TYPICAL[name] ?? whole);
}
