import { onSpeechOverdue, onSpeechStarted, onSpeechStopped, onTurnCommitted } from './caller-input.ts';
import { beginClosing, onClosingText, onClosingTimer, resumeClosing } from './closing.ts';
import type { CallEvent, Conversation, ConversationRules, Effect, TimerName } from './conversation.ts';
import { abandon, draftOf, finish, hangUp, respond, startTimer, type Draft } from './draft.ts';
import { leaveTurn, resumeTurn, settleFloor } from './floor.ts';
import {
  doubtGreeting,
  greet,
  onGreetingDetached,
  onGreetingTimer,
  onLineAnswers,
  onNoteAdded,
  onSignOfGreeting,
  resumeGreeting,
} from './greeting.ts';
import { keysEntered, onKey, onKeysAnswered, onVoiceMissing, onWaitOver } from './keypad.ts';
import {
  onPlaybackOver,
  onPlaybackStarted,
  onResponseCreated,
  onResponseDone,
  onResponseRefused,
  onResponseStuck,
  onReplyMissing,
  retryResponse,
} from './responses.ts';
import { isOwed, settleSaying } from './saying.ts';
import { onSilence, settleSilence } from './silence.ts';
import { HARD_STOP_MS, REPLY_MS, RESUMED_PLAYBACK_MS } from './timeouts.ts';
import { onOrdered, settleOrder } from './orders.ts';
import { onTakenOver } from './takeover-state.ts';
import { onToolSlow, onToolsAnswered } from './tool-results.ts';
import { onReferAnswered, transferFailed, transferNow } from './transfer.ts';

/** The next state, and what is to be done, in order. */
export interface Step {
  readonly state: Conversation;
  readonly effects: readonly Effect[];
}

/** One event in the life of a conversation. Pure: the same arguments give the same step. */
export function step(state: Conversation, event: CallEvent, rules: ConversationRules): Step {
  if (state.phase === 'over') return { state, effects: [] };
  const draft = draftOf(state, rules);
  handle(draft, event);
  if (draft.state.phase !== 'over') {
    settleSaying(draft);
    settleSilence(state, draft);
    settleFloor(state, draft);
  }
  return { state: draft.state, effects: draft.effects };
}

/** What tells that the agent speaks, or has spoken. */
const SPEECH: ReadonlySet<CallEvent['kind']> = new Set([
  'response_created',
  'response_done',
  'playback_started',
  'playback_stopped',
  'playback_cleared',
]);

function handle(draft: Draft, event: CallEvent): void {
  if (SPEECH.has(event.kind)) onSignOfGreeting(draft);
  switch (event.kind) {
    case 'attached':
      return onAttached(draft);
    case 'taken_over':
      return onTakenOver(draft, event);
    case 'detached':
      return onDetached(draft);
    case 'gone':
      return onGone(draft);
    case 'unreachable':
      return hangUp(draft, { reason: 'sideband_lost', party: 'openai', detail: null });
    case 'response_created':
      return onResponseCreated(draft, event);
    case 'response_done':
      return onResponseDone(draft, event);
    case 'response_refused':
      return onResponseRefused(draft, event);
    case 'session_updated':
      return onLineAnswers(draft);
    case 'note_added':
      return onNoteAdded(draft, event.first);
    case 'playback_started':
      return onPlaybackStarted(draft, event.responseId);
    case 'playback_stopped':
      return onPlaybackOver(draft, event.responseId, true);
    case 'playback_cleared':
      return onPlaybackOver(draft, event.responseId, false);
    case 'speech_started':
      return onSpeechStarted(draft, event.itemId);
    case 'speech_stopped':
      return onSpeechStopped(draft);
    case 'turn_committed':
      return onTurnCommitted(draft);
    case 'caller_text':
      if (draft.state.closing !== null) onClosingText(draft, draft.state.closing, event.itemId, event.text);
      return;
    case 'key_pressed':
      return onKey(draft, event.key);
    case 'keys_answered':
      return onKeysAnswered(draft, event);
    case 'tool_started':
      draft.state.openTools += 1;
      return;
    case 'tool_slow':
      return onToolSlow(draft);
    case 'tools_answered':
      return onToolsAnswered(draft, event);
    case 'timer':
      return onTimer(draft, event.name);
    case 'ordered':
      return onOrdered(draft, event);
    case 'refer_answered':
      return onReferAnswered(draft, event.ok);
    case 'hung_up':
      return onHungUp(draft, event.ok);
    case 'close_requested':
      return closeFromOutside(draft, event);
    case 'abort':
      return hangUp(draft, event);
  }
}

function onAttached(draft: Draft): void {
  const { state, rules } = draft;
  state.attached = true;
  resumeTurn(draft);
  if (!state.greeted) {
    startTimer(draft, 'max_duration', rules.maxCallMs);
    startTimer(draft, 'hard_stop', rules.maxCallMs + HARD_STOP_MS);
    if (state.greetingDoubt === 'none') greet(draft);
    else doubtGreeting(draft);
    return;
  }
  switch (state.phase) {
    case 'greeting':
      return resumeGreeting(draft);
    case 'closing':
      return resumeClosing(draft);
    case 'conversing':
    case 'transferring':
      draft.effects.push({ kind: 'listen', mode: 'conversation' });
      if (state.playing !== null) startTimer(draft, 'playback', RESUMED_PLAYBACK_MS);
      if (state.callerWaits) respond(draft, 'reply', null);
      else if (state.lostResponse || state.expecting || isOwed(state)) startTimer(draft, 'reply', REPLY_MS);
      return;
    case 'attaching':
    case 'hanging_up':
    case 'over':
      return;
  }
}

/** What was being generated cannot be followed on another sideband; what was playing goes on without us. */
function onDetached(draft: Draft): void {
  const { state } = draft;
  state.attached = false;
  settleOrder(draft, null, 'unproven');
  if (state.phase === 'greeting') onGreetingDetached(draft);
  state.lostResponse ||= state.phase === 'conversing' && state.generating !== null;
  state.generating = null;
  state.expecting = false;
  leaveTurn(draft);
}

function onGone(draft: Draft): void {
  const { state } = draft;
  if (state.transfer?.stage === 'referred') {
    finish(draft, { reason: 'transferred', party: 'agent', detail: state.transfer.targetKey });
  } else if (state.ending !== null) {
    finish(draft, state.ending);
  } else if (state.closing !== null) {
    finish(draft, { reason: state.closing.reason, party: 'caller', detail: state.closing.detail });
  } else {
    finish(draft, { reason: 'caller_hangup', party: 'caller', detail: null });
  }
}

function onTimer(draft: Draft, name: TimerName): void {
  const { state } = draft;
  switch (name) {
    case 'greeting':
      if (state.phase === 'greeting') onGreetingTimer(draft);
      return;
    case 'speech':
      return onSpeechOverdue(draft);
    case 'reply':
      if (state.phase === 'conversing') onReplyMissing(draft);
      return;
    case 'speak':
      return onResponseStuck(draft);
    case 'playback':
      if (state.playing !== null) onPlaybackOver(draft, state.playing, false);
      return;
    case 'retry':
      if (state.phase === 'conversing') retryResponse(draft);
      return;
    case 'silence':
      if (state.phase === 'conversing') onSilence(draft);
      return;
    case 'keypad':
      if (state.keys !== '') keysEntered(draft);
      return;
    case 'keypad_voice':
      if (state.phase === 'conversing') onVoiceMissing(draft);
      return;
    case 'keypad_wait':
      if (state.phase === 'conversing' && state.keypad.waiting) onWaitOver(draft);
      return;
    case 'closing':
      if (state.closing !== null) onClosingTimer(draft, state.closing);
      return;
    case 'transfer':
      if (state.transfer?.stage === 'announcing') transferNow(draft);
      else transferFailed(draft);
      return;
    case 'max_duration':
      return onMaxDuration(draft);
    case 'hard_stop':
      hangUp(draft, state.closing ?? { reason: 'max_duration', party: 'denwaban', detail: 'hard_stop' });
  }
}

/** A goodbye under way becomes the last one. */
function onMaxDuration(draft: Draft): void {
  const { state } = draft;
  if (state.phase === 'hanging_up') return;
  if (state.closing !== null) {
    state.closing = { ...state.closing, cancellable: false };
    return;
  }
  beginClosing(
    draft,
    { reason: 'max_duration', party: 'denwaban', detail: null },
    draft.rules.phrases.maxDuration,
    { cancellable: false },
  );
}

function onHungUp(draft: Draft, ok: boolean): void {
  const { state } = draft;
  if (state.ending === null) return;
  if (ok) finish(draft, state.ending);
  else abandon(draft, state.ending);
}

function closeFromOutside(draft: Draft, event: CallEvent & { kind: 'close_requested' }): void {
  const { phase, attached } = draft.state;
  const ending = { reason: event.reason, party: event.party, detail: null };
  if (phase === 'closing' || phase === 'hanging_up') return;
  if (!attached || phase === 'attaching') hangUp(draft, ending);
  else beginClosing(draft, ending, draft.rules.phrases.serviceClosing, { cancellable: false });
}
