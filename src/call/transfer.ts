import { startTimer, stopTimer, type Draft } from './draft.ts';
import { say } from './saying.ts';
import { SPEAK_MS, TRANSFER_MS } from './timeouts.ts';

/**
 * Handing the caller to a person: announced, referred, and believed only when the call has left us. That OpenAI took
 * the request proves nothing.
 */

export function beginTransfer(draft: Draft, targetKey: string, outputs: readonly string[]): void {
  const { state, rules } = draft;
  state.phase = 'transferring';
  state.transfer = { targetKey, stage: 'announcing', responseId: null };
  say(draft, 'transfer_announce', rules.phrases.transferAnnounce, outputs);
  startTimer(draft, 'transfer', SPEAK_MS);
}

export function transferNow(draft: Draft): void {
  const { transfer } = draft.state;
  if (transfer === null) return;
  draft.state.transfer = { ...transfer, stage: 'referred' };
  draft.state.saying = null;
  draft.effects.push({ kind: 'refer', targetKey: transfer.targetKey });
  startTimer(draft, 'transfer', TRANSFER_MS);
}

/** Still here: nobody took the call over, so the caller is told and the talk goes on. */
export function transferFailed(draft: Draft): void {
  const { state } = draft;
  if (state.phase !== 'transferring') return;
  state.phase = 'conversing';
  state.transfer = null;
  stopTimer(draft, 'transfer');
  draft.effects.push({ kind: 'alarm', code: 'transfer_failed' });
  say(draft, 'transfer_failed', draft.rules.phrases.transferFailed);
}

export function onReferAnswered(draft: Draft, ok: boolean): void {
  if (ok) startTimer(draft, 'transfer', TRANSFER_MS);
  else transferFailed(draft);
}
