import t from 'tap';
import { createHmac } from 'node:crypto';
import { lintTemplates } from '../../src/briefing/message-lint.ts';
import { parseMessageTemplates, renderTemplate, TEMPLATE_KEYS } from '../../src/briefing/message-template.ts';
import { smsLength } from '../../src/briefing/sms-length.ts';
import { loadMessageTemplates } from '../../src/outbox/message-file.ts';
import { nextWait } from '../../src/outbox/pace.ts';
import { afterQuietHours, dayInJapan, parseQuietHours } from '../../src/outbox/quiet-hours.ts';
import { receiptOf } from '../../src/outbox/receipt.ts';
import { isFromTwilio } from '../../src/outbox/twilio-status.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { requestOf, TEMPLATES } from './desk.ts';

const data = { ...requestOf().data, receipt: 'K7Q2XA' };

for (const key of TEMPLATE_KEYS) {
  t.test(`${key} as it is shipped: two parts at most, one on SoftBank, no complaint`, async (t) => {
    const { text, subject } = renderTemplate(TEMPLATES, key, 'sms', data);
    t.equal(subject, null);
    t.notMatch(text, /[{}]/);
    const { parts, carriers } = smsLength(text);
    t.ok(parts <= 2, `${text.length} characters, ${parts} parts`);
    t.equal(carriers.softbank, 1);
    const mail = renderTemplate(TEMPLATES, key, 'email', data);
    t.notMatch(`${mail.subject}${mail.text}`, /[{}]/);
    t.notMatch(`${text}${mail.subject}${mail.text}`, /受付番号|予約番号/, 'the code that proves who calls');
  });
}

t.test('the shipped words pass every check', async (t) => {
  t.same(lintTemplates(TEMPLATES.templates), []);
});

t.test('the message file is found by its name', async (t) => {
  t.same(await loadMessageTemplates('messages-ja', packageRoot()), TEMPLATES);
  await t.rejects(loadMessageTemplates('messages-xx', packageRoot()), { code: 'DW_SCENARIO' });
});

const good = TEMPLATES.templates.reminder;
const BAD: readonly (readonly [string, Partial<typeof good>, RegExp])[] = [
  ['a name of a person', { sms: `${good.sms}{name}` }, /shows no more than it must/],
  ['an unknown name', { sms: `${good.sms}{wehn}` }, /unknown name \{wehn\}/],
  ['a lost brace', { sms: `${good.sms}{when` }, /brace/],
  ['an illness', { email: `${good.email}体調不良` }, /health/],
  ['an advertisement', { email: `${good.email}今すぐ応募` }, /advertisement/],
  ['no sender', { sms: '{when} {receipt}' }, /who writes/],
  ['no receipt', { sms: '{organisation} {when}' }, /receipt/],
  ['a letter', { sms: good.sms + '長'.repeat(200) }, /parts/],
  ['a shortened address', { sms: `${good.sms} https://bit.ly/x` }, /fraud/],
  ['a receipt by the name of the code', { sms: `${good.sms} 受付番号 {receipt}` }, /reservation code/],
  ['the same in a mail', { email: `${good.email}\n予約番号：{receipt}` }, /reservation code/],
  ['no contact', { email: '{when}' }, /contact/],
];
for (const [what, change, message] of BAD) {
  t.test(`the lint finds ${what}`, async (t) => {
    const findings = lintTemplates({ reminder: { ...good, ...change } });
    t.match(findings, [{ severity: 'error', message }]);
  });
}

for (const [what, text] of [
  ['no YAML', '{'],
  ['a missing key', 'version: "1"\ntemplates: {}'],
  ['an unknown key', 'version: "1"\nextra: 1'],
] as const) {
  t.test(`a message file with ${what} is refused by name`, async (t) => {
    t.throws(() => parseMessageTemplates('my.yaml', text), { code: 'DW_SCENARIO', message: /^my\.yaml: / });
  });
}

t.test('values cannot bring line breaks or invisible characters into a message', async (t) => {
  const { text, subject } = renderTemplate(TEMPLATES, 'reminder', 'email', {
    ...data,
    when: '11月\r\nBcc: x\u202E\u200B日',
  });
  t.match(subject, /11月 Bcc: x 日/);
  t.notMatch(text, /[\r\u202E\u200B]/);
});

const LENGTHS: readonly (readonly [string, number, number])[] = [
  ['あ'.repeat(70), 1, 1],
  ['あ'.repeat(71), 2, 1],
  ['あ'.repeat(125), 2, 1],
  ['あ'.repeat(126), 2, 2],
  ['あ'.repeat(134), 2, 2],
  ['あ'.repeat(135), 3, 2],
  ['a'.repeat(160), 1, 1],
  ['a'.repeat(161), 2, 2],
  [`${'a'.repeat(158)}[`, 1, 1],
  [`${'a'.repeat(159)}[`, 2, 2],
  [`${'あ'.repeat(66)}𠮷${'あ'.repeat(66)}`, 3, 2],
];
for (const [text, parts, softbank] of LENGTHS) {
  t.test(
    `${text.length} characters beginning with ${text[0]}: ${parts} parts, ${softbank} on SoftBank`,
    async (t) => {
      const length = smsLength(text);
      t.equal(length.parts, parts);
      t.equal(length.carriers.softbank, softbank);
    },
  );
}

t.test('quiet hours over midnight end at nine', async (t) => {
  const quiet = parseQuietHours('20:00-09:00') ?? null;
  const at = (text: string): number => Date.parse(`${text}+09:00`);
  for (const [from, until] of [
    ['2026-11-25T19:59:59', '2026-11-25T19:59:59'],
    ['2026-11-25T20:00:00', '2026-11-26T09:00:00'],
    ['2026-11-25T23:59:59', '2026-11-26T09:00:00'],
    ['2026-11-26T00:00:00', '2026-11-26T09:00:00'],
    ['2026-11-26T08:59:59', '2026-11-26T09:00:00'],
    ['2026-11-26T09:00:00', '2026-11-26T09:00:00'],
    ['2026-12-31T21:00:00', '2027-01-01T09:00:00'],
  ] as const) {
    t.equal(afterQuietHours(at(from), quiet), at(until), from);
  }
});

t.test('quiet hours within a day, and none', async (t) => {
  const noon = parseQuietHours('12:00-13:30') ?? null;
  const at = Date.parse('2026-11-25T12:10:00+09:00');
  t.equal(afterQuietHours(at, noon), Date.parse('2026-11-25T13:30:00+09:00'));
  t.equal(afterQuietHours(at, null), at);
  t.equal(parseQuietHours(''), null);
  for (const text of ['20:00', '24:00-09:00', '20:00-20:00', '8-9', '20:60-09:00']) {
    t.equal(parseQuietHours(text), undefined, text);
  }
});

t.test('the day of a limit is the day in Japan', async (t) => {
  t.equal(dayInJapan(Date.parse('2026-11-25T14:59:59Z')), '2026-11-25');
  t.equal(dayInJapan(Date.parse('2026-11-25T15:00:00Z')), '2026-11-26');
});

t.test('a wait is never shorter than what was asked for, nor longer than an hour', async (t) => {
  for (const attempts of [1, 2, 6, 7, 50]) {
    const wait = nextWait('webhook', attempts, null, systemRandom) ?? Infinity;
    t.ok(wait <= 3_600_000, `${attempts}: ${wait}`);
  }
  t.equal(nextWait('sms', 1, 600_000, systemRandom), 600_000);
  t.equal(nextWait('sms', 1, 86_400_000, systemRandom), 3_600_000);
});

t.test('a receipt is six letters that cannot be mistaken, and belongs to one message', async (t) => {
  const receipts = new Set(Array.from({ length: 2_000 }, () => receiptOf(systemRandom.uuid())));
  t.ok(receipts.size >= 1_998);
  for (const receipt of receipts) if (!/^[2-9A-HJKMNP-Z]{6}$/.test(receipt)) t.fail(receipt);
});

const TOKEN = '12345';
const ADDRESS = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const FIELDS =
  'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212';

t.test("Twilio's own example of a signature is accepted", async (t) => {
  t.ok(isFromTwilio(TOKEN, ADDRESS, new URLSearchParams(FIELDS), 'RSOYDt4T1cUTdK1PDd93/VVr8B8='));
});

t.test('a report with another address, field, token or signature is not', async (t) => {
  const fields = new URLSearchParams(FIELDS);
  const signature = 'RSOYDt4T1cUTdK1PDd93/VVr8B8=';
  t.notOk(isFromTwilio(TOKEN, `${ADDRESS}1`, fields, signature));
  t.notOk(isFromTwilio(TOKEN, ADDRESS, new URLSearchParams(`${FIELDS}&X=1`), signature));
  t.notOk(isFromTwilio('54321', ADDRESS, fields, signature));
  t.notOk(isFromTwilio(TOKEN, ADDRESS, fields, ''));
  t.notOk(isFromTwilio(TOKEN, ADDRESS, fields, 'AAAA'));
  const byNobody = createHmac('sha1', '').update(ADDRESS).digest('base64');
  t.notOk(isFromTwilio('', ADDRESS, new URLSearchParams(), byNobody), 'an empty token proves nothing');
});
