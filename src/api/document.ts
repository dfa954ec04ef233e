import Type from 'typebox';

/** A problem as the API shows it. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:denwaban:problem: and the code.' }),
    title: Type.String({ description: 'Japanese, for the person in front of the screen.' }),
    status: Type.Integer(),
    detail: Type.Optional(Type.String({ description: 'English, for who writes the client.' })),
    code: Type.String({ description: 'What to branch on.' }),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
  },
  { $id: 'Problem' },
);

/** What stands above the list of routes. */
export const DESCRIPTION = `REST API of the attendance desk.

Every request carries a key: \`Authorization: Bearer dwk_…\`, made by \`denwaban api-key create\`. Errors are Problem
Details (RFC 9457). Lists come in parts: \`next_cursor\` of one is \`cursor\` of the next. A write with an
\`Idempotency-Key\` header is done once within 24 hours, however often it is sent. \`If-Match\` with an ETag refuses a change
of what somebody else has changed meanwhile.`;
