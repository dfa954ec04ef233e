import Type, { type Static } from 'typebox';
import type { CommandRecord } from '../store/command-ports.ts';
import { Id, Instant, oneOf, orNull, writeInstant, writeInstantOrNull } from './shapes.ts';

/** Characters of a sentence that the agent says: some fifteen seconds of speech. */
export const SENTENCE_CHARS = 200;

const STATES = ['waiting', 'running', 'done', 'refused', 'failed'] as const;

/** What is asked of a live call. */
export const CommandBody = Type.Union([
  Type.Object({ command: Type.Literal('hang_up') }, { additionalProperties: false }),
  Type.Object(
    {
      command: Type.Literal('say'),
      sentence: Type.String({
        minLength: 1,
        maxLength: SENTENCE_CHARS,
        pattern: String.raw`^[^\n\r]*\S[^\n\r]*$`,
        description: 'Said word for word when nobody speaks. Do not read out what only the caller may know.',
      }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      command: Type.Literal('transfer'),
      target: Type.String({ minLength: 1, maxLength: 100, description: 'A key of TRANSFER_TARGETS.' }),
    },
    { additionalProperties: false },
  ),
]);

/** A command as the API shows it. */
export const CommandSchema = Type.Object(
  {
    command_id: Id,
    call_id: Id,
    command: oneOf(['hang_up', 'say', 'transfer']),
    target: orNull(Type.String()),
    requested_by: Type.String(),
    requested_at: Instant,
    state: oneOf(STATES),
    result: orNull(Type.String()),
    finished_at: orNull(Instant),
  },
  { $id: 'CallCommand', additionalProperties: false },
);

/** Sentence or key of what is asked. */
export function argumentOf(body: Static<typeof CommandBody>): string | null {
  if (body.command === 'say') return body.sentence;
  return body.command === 'transfer' ? body.target : null;
}

export function commandView(command: CommandRecord): Static<typeof CommandSchema> {
  return {
    command_id: command.commandId,
    call_id: command.callId,
    command: command.kind,
    target: command.kind === 'transfer' ? command.argument : null,
    requested_by: command.requestedBy,
    requested_at: writeInstant(command.requestedAt),
    state: command.state,
    result: command.result,
    finished_at: writeInstantOrNull(command.finishedAt),
  };
}
