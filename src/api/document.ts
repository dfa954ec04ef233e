import Type from 'typebox';
import { PROBLEM_CODES } from './problem.ts';
import { PlanId, RosterCountsSchema, RosterRefusal } from './roster.ts';
import { Id, oneOf } from './shapes.ts';

/** A problem as the API shows it. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:denwaban:problem: and the code.' }),
    title: Type.String({ description: 'Japanese, for the person in front of the screen.' }),
    status: Type.Integer(),
    detail: Type.Optional(Type.String({ description: 'English, for who writes the client.' })),
    code: oneOf(PROBLEM_CODES, 'What to branch on.'),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
    reason: Type.Optional(Type.String({ description: 'illegal_change: why.' })),
    status_now: Type.Optional(Type.String({ description: 'illegal_change: what the registration says.' })),
    registration_id: Type.Optional({ ...Id, description: 'exists: the one that stands.' }),
    version: Type.Optional(Type.Integer({ description: 'precondition_failed: of what stands.' })),
    field: Type.Optional(Type.String({ description: 'conflict: what somebody else has.' })),
    taken: Type.Optional(Type.Integer({ description: 'conflict: seats of the slot that are taken.' })),
    plan_id: Type.Optional({ ...PlanId, description: 'plan_changed: of what would be done now.' }),
    counts: Type.Optional(RosterCountsSchema),
    refused: Type.Optional(Type.Array(RosterRefusal)),
    characters: Type.Optional(
      Type.Array(Type.String(), { description: 'unmappable: what CP932 does not have, as U+ and code.' }),
    ),
  },
  { $id: 'Problem' },
);

/** What stands above the list of routes. */
export const DESCRIPTION = `REST API of the attendance desk.

Every request carries a key: \`Authorization: Bearer dwk_…\`, made by \`denwaban api-key create\`. Errors are Problem
Details (RFC 9457). Lists come in parts: \`next_cursor\` of one is \`cursor\` of the next. A write with an
\`Idempotency-Key\` header is done once within 24 hours, however often it is sent. \`If-Match\` with an ETag refuses a change
of what somebody else has changed meanwhile.`;
