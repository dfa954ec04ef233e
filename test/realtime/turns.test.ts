import t from 'tap';
import {
  TurnSequencer,
  type ResponsePurpose,
  type ResponseRequest,
  type TurnCommand,
} from '../../src/realtime/turns.ts';

const COLLISION = 'conversation_already_has_active_response';

function asking(purpose: ResponsePurpose, outputs: readonly string[] = []): ResponseRequest {
  return { purpose, say: null, outputs };
}

function saying(purpose: ResponsePurpose): ResponseRequest {
  return { purpose, say: 'はい。', outputs: [] };
}

/** Purposes of the responses that a step creates. */
function created(commands: readonly TurnCommand[]): string[] {
  return commands.flatMap((command) => (command.kind === 'create' ? [command.request.purpose] : []));
}

function keyOf(commands: readonly TurnCommand[]): string {
  const [first] = commands;
  if (first?.kind !== 'create') throw new Error('nothing was created');
  return first.key;
}

t.test('a response is asked for at once when nothing runs', async (t) => {
  const turns = new TurnSequencer();
  t.same(created(turns.request(saying('greeting'))), ['greeting']);
  t.equal(turns.busy, true);
});

t.test('a second one waits until the first is done', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('greeting')));
  t.same(turns.request(saying('transfer_failed')), []);
  t.equal(turns.created('resp_1', key), 'greeting');
  t.same(created(turns.done('resp_1', true)), ['transfer_failed']);
});

t.test('a response of turn detection is waited for', async (t) => {
  const turns = new TurnSequencer();
  t.equal(turns.created('resp_vad', null), null);
  t.same(turns.request(asking('tool_result', ['call_1'])), []);
  t.same(created(turns.done('resp_vad', true)), ['tool_result']);
});

t.test('a collision puts the request back', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(asking('tool_result', ['call_1'])));
  turns.created('resp_vad', null);
  t.same(turns.failed(key, COLLISION), []);
  t.same(created(turns.done('resp_vad', true)), ['tool_result']);
});

t.test('a collision that names nobody may be ours: it is given up early, and not lost', async (t) => {
  const turns = new TurnSequencer();
  turns.request(asking('tool_result', ['call_1']));
  turns.created('resp_vad', null);
  t.equal(turns.doubtful, false);
  turns.failed(null, COLLISION);
  t.equal(turns.doubtful, true);
  t.same(turns.done('resp_vad', true), [], 'it may still be on its way');
  t.same(created(turns.release()), ['tool_result']);
});

t.test("a collision of turn detection's own does not take our request back", async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(asking('tool_result', ['call_1'])));
  turns.created('resp_vad', null);
  turns.failed(null, COLLISION);
  turns.done('resp_vad', true);
  t.equal(turns.created('resp_1', key), 'tool_result');
});

t.test('a collision with a response that is not known waits for its end', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('closing')));
  t.same(turns.failed(key, COLLISION), []);
  t.equal(turns.uncertain, true);
  t.same(created(turns.done('resp_unknown', true)), ['closing']);
});

t.test('a collision makes a mere reply superfluous', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(asking('reply')));
  turns.created('resp_vad', null);
  turns.failed(key, COLLISION);
  t.same(turns.done('resp_vad', true), []);
});

t.test("an operator's sentence is not said later: who asked for it has been told otherwise", async (t) => {
  const asked = new TurnSequencer();
  asked.request(saying('operator'));
  asked.detached();
  t.same(asked.attached(), []);
  const queued = new TurnSequencer();
  queued.created('resp_vad', null);
  queued.request(saying('operator'));
  queued.detached();
  t.same(queued.attached(), []);
  const unanswered = new TurnSequencer();
  unanswered.request(saying('operator'));
  t.same(unanswered.release(), []);
});

t.test("a collision only puts an operator's sentence off", async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('operator')));
  turns.created('resp_vad', null);
  turns.failed(key, COLLISION);
  t.same(created(turns.done('resp_vad', true)), ['operator']);
});

t.test('another error is a refusal: the next in line goes on', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('greeting')));
  turns.request(saying('closing'));
  const commands = turns.failed(key, 'invalid_value');
  t.match(commands[0], { kind: 'refused', code: 'invalid_value', request: { purpose: 'greeting' } });
  t.same(created(commands), ['closing']);
});

t.test('an error about something else changes nothing', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('greeting')));
  t.same(turns.failed(null, 'response_cancel_not_active'), []);
  t.same(turns.failed('cancel', 'response_cancel_not_active'), []);
  t.same(turns.failed('keys_1', COLLISION), []);
  t.equal(turns.created('resp_1', key), 'greeting');
});

t.test('the goodbye makes everything that waits pointless', async (t) => {
  const turns = new TurnSequencer();
  turns.created('resp_vad', null);
  turns.request(asking('tool_result', ['call_1']));
  turns.request(asking('reply'));
  turns.request(saying('closing'));
  t.equal(turns.waiting, 1);
  t.same(created(turns.done('resp_vad', true)), ['closing']);
});

t.test('a filler is said only if nothing else is', async (t) => {
  const turns = new TurnSequencer();
  turns.created('resp_vad', null);
  t.same(turns.request(saying('filler')), []);
  t.same(turns.done('resp_vad', true), []);
  t.same(created(turns.request(saying('filler'))), ['filler']);
});

t.test('while the caller has the word, what waits its turn waits for them too', async (t) => {
  const turns = new TurnSequencer();
  turns.created('resp_vad', null);
  turns.request(asking('tool_result', ['call_1']));
  t.same(turns.callerSpeaks(true), []);
  t.same(turns.done('resp_vad', false), [], 'they have cut it off');
  t.same(turns.request(saying('filler')), []);
  t.same(created(turns.callerSpeaks(false)), ['tool_result']);
});

t.test('what a caller who had the word was answered is not said again', async (t) => {
  const turns = new TurnSequencer();
  turns.outputAdded('call_1');
  turns.callerSpeaks(true);
  turns.request(asking('tool_result', ['call_1']));
  turns.created('resp_vad', null);
  t.same(turns.callerSpeaks(false), []);
  t.same(turns.done('resp_vad', true), []);
});

t.test('the goodbye waits for nobody', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('read_back')));
  turns.callerSpeaks(true);
  turns.request(saying('closing'));
  turns.created('resp_vad', null);
  turns.failed(key, COLLISION);
  t.same(created(turns.done('resp_vad', false)), ['closing'], 'though the question was put back before it');
});

t.test('a sentence of which no word has come yet is not asked for a second time', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('read_back')));
  t.same(turns.request(saying('read_back')), []);
  turns.created('resp_1', key);
  t.same(turns.done('resp_1', true), []);
  t.same(created(turns.request(saying('read_back'))), ['read_back'], 'once it was said it may be');
});

t.test('a response that began after the outputs has answered them', async (t) => {
  const turns = new TurnSequencer();
  turns.outputAdded('call_1');
  const key = keyOf(turns.request(asking('tool_result', ['call_1'])));
  turns.created('resp_vad', null);
  turns.failed(key, COLLISION);
  t.same(turns.done('resp_vad', true), [], 'turn detection was faster, and knew the output');
});

t.test('a response that was cut off has answered nothing', async (t) => {
  const turns = new TurnSequencer();
  turns.outputAdded('call_1');
  turns.created('resp_vad', null);
  turns.request(asking('tool_result', ['call_1']));
  t.same(created(turns.done('resp_vad', false)), ['tool_result']);
});

t.test('a sentence that is read out has answered nothing', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('filler')));
  turns.outputAdded('call_1');
  turns.created('resp_1', key);
  turns.request(asking('tool_result', ['call_1']));
  t.same(created(turns.done('resp_1', true)), ['tool_result']);
});

t.test('one free response answers all that came before it', async (t) => {
  const turns = new TurnSequencer();
  turns.created('resp_vad', null);
  turns.request(asking('tool_result', ['call_1']));
  turns.request(asking('reply'));
  t.same(created(turns.done('resp_vad', true)), ['tool_result']);
  t.equal(turns.waiting, 0);
});

t.test('without a sideband nothing is sent, and nothing is forgotten', async (t) => {
  const turns = new TurnSequencer();
  keyOf(turns.request(asking('tool_result', ['call_1'])));
  turns.detached();
  t.same(turns.release(), []);
  t.same(turns.request(saying('transfer_failed')), []);
  t.same(created(turns.attached()), ['tool_result'], 'asked for again: it may not have arrived');
});

t.test('a greeting that was asked for is not asked for on another sideband', async (t) => {
  const turns = new TurnSequencer();
  turns.request(saying('greeting'));
  turns.detached();
  t.same(turns.attached(), []);
});

t.test('a mere reply that was asked for is not asked for on another sideband', async (t) => {
  const turns = new TurnSequencer();
  turns.request(asking('reply'));
  turns.detached();
  t.same(turns.attached(), []);
});

t.test('what is asked for on a new sideband waits for what ran on the old one', async (t) => {
  const turns = new TurnSequencer();
  turns.created('resp_vad', null);
  turns.request(asking('tool_result', ['call_1']));
  turns.detached();
  const key = keyOf(turns.attached());
  turns.failed(key, COLLISION);
  t.same(created(turns.done('resp_vad', true)), ['tool_result']);
});

t.test('a word of the API that does not come is given up', async (t) => {
  const turns = new TurnSequencer();
  turns.request(saying('greeting'));
  turns.request(saying('closing'));
  t.equal(turns.uncertain, true);
  t.same(created(turns.release()), ['closing']);
});

t.test('a word that comes after it was given up is still understood', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('greeting')));
  turns.release();
  t.equal(turns.created('resp_1', key), 'greeting', 'the process slept; the greeting did not');
});

t.test('what was given up and is said after all is not asked for again', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('closing')));
  turns.unsent(keyOf(turns.release()));
  t.equal(turns.created('resp_1', key), 'closing');
  turns.done('resp_1', true);
  t.same(created(turns.attached()), []);
});

t.test('a request that could not be sent is sent when it can be', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('closing')));
  turns.unsent(key);
  t.same(turns.request(saying('filler')), []);
  t.same(created(turns.attached()), ['closing']);
});

t.test('while nothing can be sent, what was sent before is still followed', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('greeting')));
  turns.unsent('req_99');
  t.equal(turns.created('resp_1', key), 'greeting');
  t.same(turns.done('resp_1', true), []);
});

t.test('what is certain is not given up', async (t) => {
  const turns = new TurnSequencer();
  const key = keyOf(turns.request(saying('greeting')));
  turns.created('resp_1', key);
  turns.request(saying('closing'));
  t.equal(turns.uncertain, false);
  t.same(turns.release(), []);
});
