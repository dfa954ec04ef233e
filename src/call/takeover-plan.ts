import type { ToolCallRecord, TurnRecord } from '../store/ports.ts';
import { KEYPAD_TOOL } from '../tools/keypad-tool.ts';
import type { Progress } from './takeover-progress.ts';

/** What the store tells a new owner, made into what it has to do. Pure. */

/** Room in the order of turns for those that were lost with the old owner. */
const SEQUENCE_GAP = 50;

/** The first place in the order of turns that a new owner uses. */
export function nextSequence(turns: readonly TurnRecord[]): number {
  return turns.reduce((last, turn) => Math.max(last, turn.sequence), 0) + SEQUENCE_GAP;
}

/**
 * Function calls whose output the conversation may lack: those that were begun and not finished, and those after which
 * the agent has not spoken. Keys are no function calls of the model's. The ledger decides for each whether it runs or was run.
 */
export function unansweredCalls(
  toolCalls: readonly ToolCallRecord[],
  turns: readonly TurnRecord[],
): ToolCallRecord[] {
  const lastSpoken = turns.reduce(
    (last, turn) => (turn.role === 'agent' ? Math.max(last, turn.startedAt) : last),
    0,
  );
  return toolCalls.filter(
    ({ name, finishedAt }) => name !== KEYPAD_TOOL && (finishedAt === null || finishedAt > lastSpoken),
  );
}

/** One message that tells the model where the conversation stands. It names nobody: the conversation knows who speaks. */
export function standingMessage(progress: Progress | null): string {
  const lines = [
    'この通話は途中で担当システムが切り替わりました。発信者には気づかれていません。挨拶・自己紹介・録音の案内をもう一度しないでください。切り替わりにも触れず、会話の続きから話してください。聞き取れなかった可能性があるときは「恐れ入ります、もう一度おっしゃっていただけますか」とだけ言ってください。',
  ];
  if (progress?.case.verified !== null && progress !== null)
    lines.push('本人確認は済んでいます。もう一度尋ねないでください。');
  const proposal = progress?.case.proposal;
  if (proposal !== null && proposal !== undefined && typeof proposal['token'] === 'string') {
    lines.push(
      `確認待ちの変更があります（confirmation_token: ${proposal['token']}）。発信者が答えたら update_attendance をこの token で呼んでください。`,
    );
  }
  return lines.join('\n');
}
