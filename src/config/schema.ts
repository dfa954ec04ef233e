import Type, { type Static } from 'typebox';

/**
 * The one schema of the environment. `.env.example` and the tables in the READMEs are checked against it.
 * Each description is what an operator reads: what it is, its unit, and what happens when it is not set.
 */
export const ConfigSchema = Type.Object({
  OPENAI_API_KEY: Type.String({
    minLength: 1,
    description: 'Key of the OpenAI project that owns the SIP address. Required.',
  }),
  OPENAI_WEBHOOK_SECRET: Type.String({
    default: '',
    description:
      'Signing secret of the webhook, whsec_ and base64. One to three separated by commas, newest first, while rotating. Required in production; elsewhere, empty skips the verification.',
  }),
  NODE_ENV: Type.Union([Type.Literal('production'), Type.Literal('development'), Type.Literal('test')], {
    default: 'development',
    description:
      'production refuses to start without OPENAI_WEBHOOK_SECRET, and over a server without AUDIT_KEY.',
  }),
  OPENAI_PROJECT_ID: Type.String({
    default: '',
    description: 'proj_… of the SIP address. When set, calls to another project are refused.',
  }),
  OPENAI_BASE_URL: Type.String({
    default: 'https://api.openai.com/v1',
    description: 'Base of the REST API; the sideband address follows from it.',
  }),
  REALTIME_ORIGIN: Type.String({
    default: 'https://api.openai.com',
    description: 'Origin header of the sideband. Empty: not sent.',
  }),
  REALTIME_MODEL: Type.String({
    default: 'gpt-realtime-2.1',
    minLength: 1,
    description: 'Realtime model.',
  }),
  DEFAULT_VOICE: Type.String({
    default: 'marin',
    minLength: 1,
    description: 'Voice of the agent.',
  }),
  SCENARIO: Type.String({
    default: 'attendance-ja',
    minLength: 1,
    description: 'Name of a file in scenarios/ without its ending, or a path to a scenario file.',
  }),
  PORT: Type.Integer({ default: 8000, minimum: 0, maximum: 65_535, description: 'TCP port to listen on.' }),
  HOST: Type.String({
    default: '',
    description: 'Address to listen on. Empty: 0.0.0.0 with a webhook secret, 127.0.0.1 without one.',
  }),
  TRUST_PROXY: Type.String({
    default: '',
    description: 'CIDR ranges of proxies whose X-Forwarded-* headers count, separated by commas.',
  }),
  LOG_LEVEL: Type.Union(
    [
      Type.Literal('fatal'),
      Type.Literal('error'),
      Type.Literal('warn'),
      Type.Literal('info'),
      Type.Literal('debug'),
      Type.Literal('trace'),
      Type.Literal('silent'),
    ],
    { default: 'info', description: 'Least severe level that is written.' },
  ),
  DATABASE_URL: Type.String({
    default: '',
    description: 'postgres:// address of a PostgreSQL server (15 or newer). Empty: the embedded store.',
  }),
  DATA_DIR: Type.String({
    default: './data',
    minLength: 1,
    description: 'Directory of the embedded store; memory:// keeps nothing.',
  }),
  MAX_CONCURRENT_CALLS: Type.Integer({
    default: 50,
    minimum: 1,
    maximum: 10_000,
    description: 'Calls this process serves at once; the next one is refused with SIP 503.',
  }),
  MEMORY_LIMIT_PERCENT: Type.Integer({
    default: 85,
    minimum: 50,
    maximum: 100,
    description:
      "Share of the container's memory, or of Node's heap, in percent, above which new calls are refused with SIP 503; those that live go on. 100: never.",
  }),
  MAX_FLEET_CALLS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 100_000,
    description:
      'Calls at once over all processes of one store; the next one is refused with SIP 503. 0: no limit but that of each process.',
  }),
  MAX_CALLS_PER_DIALLED_NUMBER: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 100_000,
    description:
      'Calls at once to one dialled number, over all processes; the next one is refused with SIP 503, so that a trunk may go on elsewhere. 0: no limit.',
  }),
  MAX_CALLS_PER_CALLER: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 10_000,
    description:
      'Calls at once from one number, over all processes; the next one hears the busy tone, SIP 486. 0: no limit. A university may call from one number.',
  }),
  CALLS_PER_NUMBER_PER_HOUR: Type.Integer({
    default: 20,
    minimum: 0,
    maximum: 10_000,
    description:
      'Calls of one number within an hour that are answered, over all processes; the next one hears the busy tone, SIP 486. 0: no limit. A university may call from one number.',
  }),
  MAX_CALL_SECONDS: Type.Integer({
    default: 600,
    minimum: 30,
    maximum: 3_500,
    description: 'Longest call, in seconds; then the agent closes politely.',
  }),
  SILENCE_REPROMPT_SECONDS: Type.Integer({
    default: 10,
    minimum: 3,
    maximum: 120,
    description: 'Silence after which the agent asks again, in seconds.',
  }),
  SILENCE_KEYPAD_SECONDS: Type.Integer({
    default: 10,
    minimum: 3,
    maximum: 120,
    description: 'Further silence after which the agent offers the keypad, in seconds.',
  }),
  SILENCE_CLOSE_SECONDS: Type.Integer({
    default: 15,
    minimum: 3,
    maximum: 120,
    description: 'Further silence after which the agent says goodbye, in seconds.',
  }),
  STALE_CALL_SECONDS: Type.Integer({
    default: 20,
    minimum: 5,
    maximum: 300,
    description: 'Age of a call event, in seconds, beyond which nobody is waiting any more.',
  }),
  CLAIM_TIMEOUT_MS: Type.Integer({
    default: 500,
    minimum: 50,
    maximum: 5_000,
    description: 'Deadline for storing a ringing call, in ms; then 503, and OpenAI delivers again.',
  }),
  ACCEPT_TIMEOUT_MS: Type.Integer({
    default: 3_000,
    minimum: 500,
    maximum: 6_000,
    description: 'Deadline of one accept request, in ms.',
  }),
  SIDEBAND_TIMEOUT_MS: Type.Integer({
    default: 3_000,
    minimum: 500,
    maximum: 10_000,
    description: 'Deadline of one sideband handshake, in ms.',
  }),
  TOOL_FILLER_MS: Type.Integer({
    default: 2_500,
    minimum: 500,
    maximum: 10_000,
    description: 'A tool slower than this makes the agent say that it is still looking, in ms.',
  }),
  TOOL_TIMEOUT_MS: Type.Integer({
    default: 8_000,
    minimum: 1_000,
    maximum: 30_000,
    description: 'A tool slower than this is answered with an error, in ms. Longer than TOOL_FILLER_MS.',
  }),
  DRAIN_SECONDS: Type.Integer({
    default: 90,
    minimum: 0,
    maximum: 3_700,
    description: 'How long live calls may go on after SIGTERM, in seconds.',
  }),
  TWILIO_ACCOUNT_SID: Type.String({
    default: '',
    description: 'AC… of your trunk. When set, calls without it are refused.',
  }),
  DIALLED_NUMBERS: Type.String({
    default: '',
    description: 'Your numbers in E.164, separated by commas. When set, calls to others are refused.',
  }),
  BLOCKED_CALLERS: Type.String({
    default: '',
    description: 'Numbers or prefixes (+8150*) in E.164 and the word withheld, separated by commas.',
  }),
  OPENING_HOURS: Type.String({
    default: '',
    description: 'Hours in Asia/Tokyo such as Mon-Fri 08:00-20:00, Sat 09:00-13:00. Empty: always open.',
  }),
  TRANSFER_TARGETS: Type.String({
    default: '',
    description:
      'key=tel:+81… or key=sip:user@host pairs, separated by commas. Empty: no transfer is offered.',
  }),
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
      'Hours in Asia/Tokyo in which only answers to a call just held are sent; others wait. Empty: none.',
  }),
  API: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    default: 'on',
    description:
      'REST API under /api/v1 and its description under /docs. Without a key (denwaban api-key create) nobody gets in. off: neither is there.',
  }),
  WEBHOOK_TARGETS: Type.String({
    default: '',
    description:
      'Systems that are told of every change: name=whsec_…@https://host/path, separated by commas. Empty: none.',
  }),
  RETENTION_CALL_DAYS: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3_650,
    description:
      "Days after the briefing a call was about, else after the call, until its words, tool arguments and caller's number are removed.",
  }),
  RETENTION_MESSAGE_DAYS: Type.Integer({
    default: 90,
    minimum: 1,
    maximum: 3_650,
    description: 'Days after which messages and leads taken for the team are removed.',
  }),
  RETENTION_HIRING_YEAR_END: Type.String({
    default: '03-31',
    minLength: 1,
    description:
      'Last day of the hiring year, MM-DD: registrations and applicants of its briefings are removed the day after.',
  }),
  RETENTION_HIRING_YEAR_LEAD_DAYS: Type.Integer({
    default: 31,
    minimum: 0,
    maximum: 364,
    description:
      'A briefing so many days before RETENTION_HIRING_YEAR_END, or fewer, belongs to the next hiring year.',
  }),
  RETENTION_HIRING_YEARS_MORE: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 5,
    description: 'Further hiring years for which registrations and applicants are kept, in years.',
  }),
  RETENTION_OUTBOUND_DAYS: Type.Integer({
    default: 30,
    minimum: 2,
    maximum: 3_650,
    description:
      'Days after which messages and webhooks that were sent are removed, with recipient and words.',
  }),
  RETENTION_TECHNICAL_DAYS: Type.Integer({
    default: 14,
    minimum: 4,
    maximum: 3_650,
    description:
      'Days for which ids of deliveries and of changes that were passed on are kept. At least 4: OpenAI repeats deliveries for 3.',
  }),
  RETENTION_COUNTER_DAYS: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 30,
    description: 'Days for which wrong claims of identity are counted per number.',
  }),
  RETENTION_RECORD_DAYS: Type.Integer({
    default: 730,
    minimum: 30,
    maximum: 3_650,
    description:
      'Days for which the rest of a call (times, reason, cost, notice) and the reports of retention are kept.',
  }),
  AUDIT_KEY: Type.String({
    default: '',
    description:
      'Key of the audit, base64 of 32 to 64 bytes (openssl rand -base64 32). Up to three separated by commas, newest first. Empty: one is made in DATA_DIR/audit.key; with DATABASE_URL in production it has to be set, the same for all nodes.',
  }),
  AUDIT_ANCHOR_DIR: Type.String({
    default: '',
    description:
      'Directory to which the ends of all chains of the audit are written daily, best on another disk. Empty: DATA_DIR/audit.',
  }),
});

/** The environment, checked and with defaults filled in. */
export type Config = Static<typeof ConfigSchema>;

/** A variable that the service knows. */
export type ConfigName = keyof Config;

/** What the READMEs and the checks read of a variable's schema. */
export interface ConfigProperty {
  readonly type?: string;
  readonly default?: string | number;
  readonly description: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly { readonly const: string }[];
}

/** All variables in the order of the schema, with their properties. */
export const configProperties = Object.entries(ConfigSchema.properties) as unknown as readonly (readonly [
  ConfigName,
  ConfigProperty,
])[];
