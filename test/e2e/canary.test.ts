import t from 'tap';
import {
  API_KEY,
  calls,
  greeted,
  hears,
  script,
  startService,
  storedEnd,
  WEBHOOK_SECRET,
} from './service.ts';

/** Everything that must not be read in a log: secrets of the set-up, and what callers are and say. */
const SECRETS = {
  apiKey: API_KEY,
  webhookSecret: WEBHOOK_SECRET,
  webhookKey: WEBHOOK_SECRET.slice('whsec_'.length),
  callerNumber: '+819087654321',
  callerDigits: '9087654321',
  displayName: '佐倉千尋子',
  dialledNumber: '+815055556666',
  asserted: '+819011112222',
  sipHost: 'secret-sbc.example.invalid',
  contact: '+819033334444',
  userToUser: 'uui-canary-5f2b',
  customHeader: 'x-canary-value-77',
  firstWords: '志望動機はカナリアです',
  heardAs: '聞き違えたカナリア語',
  keys: '4649',
  secondWords: '電話は080-2222-3333です',
  spokenNumber: '080-2222-3333',
  mail: 'canary.person@example.jp',
  agentWords: 'カナリア様でいらっしゃいますね',
  toolName: 'カナリアチヒロ',
  toolBody: '体調不良カナリア本文',
  callback: '+818022223333',
  callbackAsSpoken: '08022223333',
  badArguments: 'not-json-canary-argument',
  unknownTool: 'canary_argument_of_unknown_tool',
  extraField: 'canary-extra-field',
  errorMessage: 'canary text of an API error',
  errorToken: 'sk-proj-canaryCanaryCanary123456',
  eventField: 'canary-in-unknown-event',
  forgedSignature: 'v1,Y2FuYXJ5LXNpZ25hdHVyZS1jYW5hcnktc2lnbmF0dXJl',
  forgedBody: 'canary-of-a-forged-body',
  malformedBody: 'canary-of-a-malformed-body',
  query: 'canary-in-a-query',
} as const;

t.test('no secret and no personal data is logged at trace level over a whole call', async (t) => {
  const service = await startService(t);
  const { emulator, url, lines } = service;
  const call = await emulator.ring({
    from: `"${SECRETS.displayName}" <sip:${SECRETS.callerNumber}@${SECRETS.sipHost}:5060>;tag=a1`,
    dialled: SECRETS.dialledNumber,
    sipHeaders: [
      { name: 'P-Asserted-Identity', value: `<sip:${SECRETS.asserted}@10.0.0.1>` },
      { name: 'Contact', value: `<sip:${SECRETS.contact}@10.0.0.2>` },
      { name: 'User-to-User', value: SECRETS.userToUser },
      { name: 'X-Canary', value: SECRETS.customHeader },
    ],
    model: script(
      [{ say: SECRETS.agentWords }],
      [{ call: { name: 'take_message', arguments: SECRETS.badArguments } }],
      [calls(SECRETS.unknownTool, { a: SECRETS.unknownTool, mail: SECRETS.mail })],
      [
        calls('take_message', {
          caller_name: SECRETS.toolName,
          callback_number: SECRETS.callbackAsSpoken,
          body: SECRETS.toolBody,
        }),
      ],
      [{ say: '承りました。' }],
      [calls('end_call', { outcome: 'message_taken', extra: SECRETS.extraField })],
      [calls('end_call', { outcome: 'message_taken' })],
    ),
  });
  await greeted(call);
  for (const key of SECRETS.keys) call.press(key);
  await call.say(SECRETS.firstWords, { heardAs: SECRETS.heardAs });
  await hears(call, SECRETS.agentWords);
  call.send({ type: 'canary.event', event_id: 'event_1', value: SECRETS.eventField });
  call.send({
    type: 'error',
    event_id: 'event_2',
    error: {
      type: 'server_error',
      code: null,
      message: `${SECRETS.errorMessage} ${SECRETS.errorToken}`,
      param: null,
      event_id: null,
    },
  });
  call.sendRaw(`{"type": "broken ${SECRETS.eventField}`);
  await call.say(`${SECRETS.secondWords} ${SECRETS.mail}`);
  await hears(call, '承りました');
  await call.say('以上です。');
  await call.ended();
  await storedEnd(service, call.id);

  await call.deliver({ headers: { 'webhook-signature': SECRETS.forgedSignature }, body: SECRETS.forgedBody });
  await call.deliver({ webhookId: 'wh_malformed', body: `{"type": "${SECRETS.malformedBody}` });
  await fetch(`${url}/nothing?q=${SECRETS.query}`, { headers: { authorization: `Bearer ${API_KEY}` } });

  const output = lines.join('');
  t.ok(lines.length > 15, 'there is something to look through');
  for (const [name, text] of Object.entries(SECRETS)) t.notOk(output.includes(text), name);
});
