import Type from 'typebox';

/** Messages to people: who sends them, their words and limits. */
export const MESSAGES = {
  SMS_SENDER: Type.Union(
    [Type.Literal('file'), Type.Literal('twilio'), Type.Literal('http'), Type.Literal('off')],
    {
      default: 'file',
      description:
        'Who sends text messages. file: nobody; what would be sent stands in DATA_DIR/messages.jsonl, mail too while SMTP_URL is empty. off: none are offered.',
    },
  ),
  TWILIO_AUTH_TOKEN: Type.String({
    default: '',
    description: 'Auth token of TWILIO_ACCOUNT_SID. Required for SMS_SENDER=twilio; also proves its reports.',
  }),
  SMS_FROM: Type.String({
    default: '',
    description:
      'Sender of text messages: a number in E.164, an MG… service, or up to 11 letters and digits.',
  }),
  PUBLIC_URL: Type.String({
    default: '',
    description:
      'Address under which the internet reaches this service. When set, Twilio reports what became of messages.',
  }),
  SMS_HTTP_URL: Type.String({
    default: '',
    description:
      'Address for SMS_SENDER=http. It gets JSON by POST and must send one message for one Idempotency-Key.',
  }),
  SMS_HTTP_TOKEN: Type.String({
    default: '',
    description: 'Bearer token for SMS_HTTP_URL. Empty: none is sent.',
  }),
  SMTP_URL: Type.String({
    default: '',
    description: 'Mail server, smtps://user:password@host:465 or smtp://host:587. Empty: no mail leaves.',
  }),
  MAIL_FROM: Type.String({
    default: '',
    description: 'Sender of mail, desk@example.jp or Name <desk@example.jp>. Required with SMTP_URL.',
  }),
  MESSAGES: Type.String({
    default: 'messages-ja',
    minLength: 1,
    description: 'Words of messages: name of a file in scenarios/ without its ending, or a path.',
  }),
  MESSAGES_PER_DAY: Type.Integer({
    default: 1_000,
    minimum: 0,
    maximum: 1_000_000,
    description: 'Messages to all people on one day in Asia/Tokyo; the next one is refused.',
  }),
  QUIET_HOURS: Type.String({
    default: '20:00-09:00',
    description:
      'Hours in Asia/Tokyo in which only answers to a call just held are sent, and news of a seat that cannot wait; others do. Empty: none.',
  }),
};
