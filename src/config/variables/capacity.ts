import Type from 'typebox';

/** How many calls there may be: at once, and of one number. */
export const CAPACITY = {
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
};
