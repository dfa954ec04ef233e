import { callerTurn, functionResponse, outputAdded, responseCreated, spokenResponse } from './events.ts';
import type { FromTarget, PeerCall, Script } from './peer.ts';

/** Server events of one whole call; what answers a target's session.update comes on top. */
export const WHOLE_CALL_EVENTS = 60;

const GREETING_DELTAS = 8;
const ANSWER_DELTAS = 7;
const GREETING_ID = 'resp_000000000000000000001';
const FUNCTION_ID = 'resp_000000000000000000002';
const ANSWER_ID = 'resp_000000000000000000003';
const FUNCTION_CALL_ID = 'call_0000000000000001';

const CALLER = callerTurn();
const FUNCTION = functionResponse(FUNCTION_ID, FUNCTION_CALL_ID);
const FUNCTION_FRAMES = [
  responseCreated(FUNCTION_ID, null),
  ...FUNCTION.before,
  FUNCTION.call,
  ...FUNCTION.after,
];
const OUTPUT = outputAdded(FUNCTION_CALL_ID);

const spoken = new Map<string, readonly Buffer[]>();

/** The frames of a spoken response; serialised once for each metadata that a target uses. */
function speech(responseId: string, deltas: number, message: FromTarget): readonly Buffer[] {
  const metadata = message.type === 'response.create' ? message.metadata : null;
  const key = `${responseId} ${JSON.stringify(metadata)}`;
  const frames = spoken.get(key) ?? spokenResponse(responseId, deltas, metadata);
  spoken.set(key, frames);
  return frames;
}

/** The caller leaves as soon as the agent begins to greet. */
export const leave: Script = (call) => call.hangUp();

/** The greeting is played, and then nobody says anything. `greeted` is told when it was sent. */
export function hold(greeted: (call: PeerCall) => void): Script {
  return (call, message) => {
    if (message.type !== 'response.create') return;
    call.send(speech(GREETING_ID, GREETING_DELTAS, message));
    greeted(call);
  };
}

/** Greeting, one turn of the caller, one function call, the answer; then the caller hangs up. */
export function wholeCall(over: () => void): Script {
  let asked = 0;
  return (call, message) => {
    if (message.type === 'function_call_output') {
      call.send(OUTPUT);
      return;
    }
    asked += 1;
    if (asked === 1) {
      call.send(speech(GREETING_ID, GREETING_DELTAS, message));
      setImmediate(() => call.send(CALLER));
      setImmediate(() => setImmediate(() => call.send(FUNCTION_FRAMES)));
    } else {
      call.send(speech(ANSWER_ID, ANSWER_DELTAS, message));
      setImmediate(() => {
        call.hangUp();
        over();
      });
    }
  };
}

const COUNTED =
  1 + (13 + GREETING_DELTAS) + CALLER.length + FUNCTION_FRAMES.length + OUTPUT.length + (13 + ANSWER_DELTAS);
if (COUNTED !== WHOLE_CALL_EVENTS) throw new Error(`a whole call has ${COUNTED} events`);
