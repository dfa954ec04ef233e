import Type from 'typebox';

/** Other programs: those that ask, and those that are told. */
export const PROGRAMS = {
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
};
