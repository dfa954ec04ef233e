import { beginClosing } from './closing.ts';
import type { CallEvent, Conversation } from './conversation.ts';
import { respond, type Draft } from './draft.ts';
import { say } from './saying.ts';
import { MAX_TOOL_FAILURES } from './timeouts.ts';
import { beginTransfer } from './transfer.ts';

/** What follows from function calls: the next sentence, a transfer, or the end of the call. */

export function onToolsAnswered(draft: Draft, event: CallEvent & { kind: 'tools_answered' }): void {
  const { state, rules } = draft;
  state.openTools = Math.max(0, state.openTools - event.outputs.length);
  if (state.phase !== 'conversing') return;
  if (event.failuresInRow >= MAX_TOOL_FAILURES) {
    draft.effects.push({ kind: 'alarm', code: 'tools_failing' });
    beginClosing(
      draft,
      { reason: 'internal_error', party: 'agent', detail: 'tools_failing' },
      rules.phrases.serviceClosing,
      { cancellable: false },
    );
    return;
  }
  switch (event.control?.kind) {
    case 'end_call':
      return endByAgent(draft, event.responseId, event.spoken, event.control.outcome);
    case 'transfer':
      return beginTransfer(draft, event.control.targetKey, event.outputs);
    case 'say':
      return say(draft, 'read_back', event.control.sentence, event.outputs);
    case undefined:
      respond(draft, 'tool_result', null, event.outputs);
  }
}

function endByAgent(draft: Draft, responseId: string, spoken: string, outcome: string): void {
  const saidGoodbye = draft.rules.farewellMarkers.some((words) => spoken.includes(words));
  const ending = { reason: 'completed', party: 'agent', detail: outcome } as const;
  if (saidGoodbye) beginClosing(draft, ending, null, { cancellable: true, spokenIn: responseId });
  else beginClosing(draft, ending, draft.rules.phrases.farewell, { cancellable: true });
}

/** A tool takes long: the caller is told, unless somebody is speaking anyway. */
export function onToolSlow(draft: Draft): void {
  if (draft.state.phase !== 'conversing' || busyTalking(draft.state)) return;
  draft.effects.push({
    kind: 'respond',
    request: { purpose: 'filler', say: draft.rules.phrases.toolWait, outputs: [] },
  });
}

function busyTalking(state: Conversation): boolean {
  return state.playing !== null || state.generating !== null || state.expecting || state.turnOpen;
}
