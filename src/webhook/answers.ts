/** What a sender is told. One answer for every reason it was not believed: it teaches a forger nothing. */
export const ANSWERS = {
  unverified: {
    statusCode: 401,
    code: 'DW_WEBHOOK_UNVERIFIED',
    error: 'Unauthorized',
    message: 'Not verified',
  },
  malformed: {
    statusCode: 400,
    code: 'DW_WEBHOOK_MALFORMED',
    error: 'Bad Request',
    message: 'Not as documented',
  },
} as const;
