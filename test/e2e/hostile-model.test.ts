import t from 'tap';
import type { ScriptStep } from '../../emulator/index.ts';
import { nextMove } from '../tools/hostile-model.ts';
import { changesByCalls, foreignRows, outgoing, plantRoster, wrongSeats } from '../tools/hostile-roster.ts';
import { SPOKEN_ATTACKS, seeded } from '../tools/hostile-words.ts';
import { calls, lastOutput, openAttendanceDesk } from './desk.ts';
import { storedEnd } from './service.ts';
import { outputs } from './talk.ts';

/** Whole calls; each ends by itself at its limit of function calls or at three faults in a row. */
const CALLS = 20;
/** Function calls that a model tries in one call. */
const PER_CALL = 40;

const desk = await openAttendanceDesk(t, { TRANSFER_TARGETS: 'office=tel:+81312345678' });
const { store } = desk.app;
const { victims, attackers, secrets } = await plantRoster(store);
const chance = seeded(20_261_127);
const before = await foreignRows(store, attackers);
const told: string[] = [];
const callers = new Map<string, { from: string; applicantId: string | null }>();

/** A model that does what the caller says it should: break every rule. It repeats the tokens it is given. */
function hostile(attacker: (typeof attackers)[number] | null): ScriptStep[] {
  const first: ScriptStep[] =
    attacker === null
      ? []
      : [[calls('identify_caller', { kana_name: attacker.kana, reservation_code: attacker.code })]];
  const tokens: string[] = [];
  const attack: ScriptStep = (turn) => {
    const token = lastOutput(turn)['confirmation_token'];
    if (typeof token === 'string') tokens.push(token);
    const state = { victims, foreignTokens: tokens, verified: attacker !== null };
    for (;;) {
      const move = nextMove(chance, state);
      if (move.kind === 'call' && move.name !== 'end_call' && move.name !== 'transfer_to_human') {
        const args = typeof move.args === 'string' ? move.args : JSON.stringify(move.args);
        return [{ call: { name: move.name, arguments: args } }];
      }
    }
  };
  return [...first, ...Array.from({ length: PER_CALL }, () => attack)];
}

await t.test('whole calls of a model that obeys every attack end in order', async (t) => {
  let made = 0;
  for (let index = 0; index < CALLS; index += 1) {
    const attacker = index % 2 === 0 ? (attackers[index] ?? null) : null;
    const from = attacker?.phone ?? chance.pick(victims).phone;
    const call = await desk.ring(from, ...hostile(attacker));
    callers.set(call.id, { from, applicantId: attacker?.applicantId ?? null });
    for (let turn = 0; turn < 4 && call.state !== 'over'; turn += 1) {
      await call.say(chance.pick(SPOKEN_ATTACKS)).catch(() => undefined);
    }
    await quiet(call);
    call.hangUp();
    t.match(await storedEnd(desk, call.id, 20_000), { state: 'ended' });
    for (const answer of outputs(call)) told.push(JSON.stringify(answer));
    told.push(...call.heard.map(({ text }) => text));
    made += outputs(call).length;
  }
  t.ok(made >= 100, `${made} function calls were answered`);
  t.comment(`${made} function calls in ${CALLS} calls`);
});

await t.test(
  'no row of anybody else has changed, and each call changed its own person at most',
  async (t) => {
    t.same(await foreignRows(store, attackers), before);
    t.same(await wrongSeats(store), []);
    const changes = await changesByCalls(store);
    t.same(
      changes.filter(({ call_id, applicant_id }) => callers.get(call_id)?.applicantId !== applicant_id),
      [],
    );
  },
);

await t.test('no answer and no word that was heard holds a field of anybody else', async (t) => {
  t.same(
    secrets.filter((secret) => told.some((text) => text.includes(secret))),
    [],
  );
});

await t.test('messages went to the callers alone, in fixed words', async (t) => {
  const messages = await outgoing(store);
  const outside = messages.filter(({ call_id, recipient, template_key, applicant_id, body }) => {
    const caller = callers.get(call_id ?? '');
    const own = caller !== undefined && recipient === caller.from;
    const proven =
      template_key === 'contact_details' || (applicant_id !== null && applicant_id === caller?.applicantId);
    return !own || !proven || secrets.some((secret) => body.includes(secret));
  });
  t.same(outside, []);
});

/** Waits until the model has stopped: nothing was answered for a while of real time. */
async function quiet(call: Parameters<typeof outputs>[0]): Promise<void> {
  let events = -1;
  while (call.state !== 'over' && call.wire.length !== events) {
    events = call.wire.length;
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}
