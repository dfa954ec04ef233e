import Type from 'typebox';

/** Whose calls are taken, when, and where they may be put through to. */
export const CALLERS = {
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
};
