import Type from 'typebox';

/** How long what is about people is kept. */
export const RETENTION = {
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
};
