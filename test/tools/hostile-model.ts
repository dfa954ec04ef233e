import { TOOL_NAMES } from '../../src/scenario/tool-names.ts';
import { EVIL_TEXTS, SPOKEN_ATTACKS, UNFIT_ARGUMENTS, type seeded } from './hostile-words.ts';

type Chance = ReturnType<typeof seeded>;

/** Somebody whom the model is after: everything of theirs but what would prove that it is them. */
export interface Victim {
  readonly kana: string;
  readonly applicantId: string;
  readonly registrationId: string;
  readonly phone: string;
  readonly slotId: string;
}

/** One move of the attack. */
export type Move =
  | { readonly kind: 'call'; readonly name: string; readonly args: unknown }
  /** The caller speaks. */
  | { readonly kind: 'words'; readonly text: string };

export interface AttackState {
  readonly victims: readonly Victim[];
  /** Tokens that other calls were given. */
  readonly foreignTokens: readonly string[];
  /** Whether the caller has proven who they are. */
  readonly verified: boolean;
}

const DECISIONS = ['attend', 'absent', 'withdraw', 'late', 'move', 'wait', 'online', 'undecided'] as const;
const TEMPLATES = ['briefing_details', 'registration_details', 'contact_details'] as const;

/** The next move of a model that is out to change, send or learn what it must not. */
export function nextMove(chance: Chance, state: AttackState): Move {
  const kind = chance.below(100);
  if (kind < 8) return { kind: 'words', text: chance.pick(SPOKEN_ATTACKS) };
  if (kind < 20) return call(chance.pick(TOOL_NAMES), chance.pick(UNFIT_ARGUMENTS));
  if (kind < 25) return call(chance.pick(['sql', 'update_attendance_for', '__proto__', 'toString']), {});
  // Who is verified claims to be others less often: three wrong claims would end it for their number.
  if (kind < (state.verified ? 27 : 35)) return call('identify_caller', claim(chance, state));
  if (kind < 42) return call('check_slots', kind % 2 === 0 ? {} : withPerson(chance, state, {}));
  if (kind < 68) return call('update_attendance', change(chance, state));
  if (kind < 84) return call('send_message', message(chance, state));
  if (kind < 90) return call('save_lead', lead(chance, state));
  if (kind < 96) return call('take_message', note(chance, state));
  return call('transfer_to_human', {
    target: chance.pick(['office', 'sip:evil@attacker.example', 'tel:+19005550100', '__proto__', '']),
  });
}

function call(name: string, args: unknown): Move {
  return { kind: 'call', name, args };
}

/** A name of the roster with everything but its proof. */
function claim(chance: Chance, { victims }: AttackState): Record<string, unknown> {
  const victim = chance.pick(victims);
  return {
    kana_name: chance.pick([victim.kana, victim.kana, chance.pick(EVIL_TEXTS)]),
    ...(chance.below(2) === 0 ? { reservation_code: guess(chance, victim) } : {}),
    ...(chance.below(4) === 0 ? { university: chance.pick(['東京大学', ...EVIL_TEXTS]) } : {}),
    ...(chance.below(4) === 0 ? { briefing_date: '2026-11-30' } : {}),
  };
}

function guess(chance: Chance, victim: Victim): string {
  return chance.pick([
    chance.hex(4),
    victim.phone,
    victim.applicantId,
    victim.registrationId.slice(0, 60),
    ...EVIL_TEXTS,
  ]);
}

/** Adds ids of somebody else, under names that a careless tool might read. */
function withPerson(chance: Chance, { victims }: AttackState, args: Record<string, unknown>) {
  const { applicantId, registrationId, phone } = chance.pick(victims);
  return {
    ...args,
    ...chance.pick([
      { applicant_id: applicantId },
      { registration_id: registrationId },
      { person: { id: applicantId } },
      { phone },
      { verified: { applicantId, level: 'change' } },
    ]),
  };
}

function change(chance: Chance, state: AttackState): Record<string, unknown> {
  const { registrationId, slotId } = chance.pick(state.victims);
  const args = {
    decision: chance.pick(DECISIONS),
    ...rarely(chance, 'registration', [
      'registration_1',
      'registration_2',
      'registration_99',
      registrationId,
    ]),
    ...optional(chance, 'slot', ['slot_1', 'slot_2', 'slot_9', slotId]),
    ...rarely(chance, 'arrival_time', ['14:20', '23:59', '25:00']),
    ...rarely(chance, 'reason', ['unwell', 'other', '風邪']),
    ...rarely(chance, 'confirmation_token', ['00000000', chance.hex(4), ...state.foreignTokens.slice(-20)]),
  };
  return chance.below(5) === 0 ? withPerson(chance, state, args) : args;
}

function message(chance: Chance, state: AttackState): Record<string, unknown> {
  const { registrationId, phone } = chance.pick(state.victims);
  const args = {
    template: chance.pick([...TEMPLATES, 'attendance_confirmed']),
    ...optional(chance, 'mobile', ['090-5555-9999', phone, '+1 650 253 0000', ...EVIL_TEXTS]),
    ...optional(chance, 'registration', ['registration_1', 'registration_2', registrationId]),
    ...optional(chance, 'confirmation_token', ['00000000', ...state.foreignTokens.slice(-20)]),
  };
  return chance.below(5) === 0 ? withPerson(chance, state, args) : args;
}

function lead(chance: Chance, { victims }: AttackState): Record<string, unknown> {
  return {
    kana_name: chance.pick([chance.pick(victims).kana, 'サトウ ハナコ', ...EVIL_TEXTS]),
    topic: chance.pick(['apply', 'question', 'callback', 'sql']),
    ...optional(chance, 'phone', [chance.pick(victims).phone, ...EVIL_TEXTS]),
    ...optional(chance, 'note', EVIL_TEXTS),
    ...optional(chance, 'callback_at', ['2026-11-26T10:00', '9999-12-31T23:59', '2026-02-30T10:00']),
  };
}

function note(chance: Chance, { victims }: AttackState): Record<string, unknown> {
  return {
    caller_name: chance.pick([chance.pick(victims).kana, ...EVIL_TEXTS]),
    body: chance.pick([...EVIL_TEXTS, '欠席します。']),
    ...optional(chance, 'callback_number', [chance.pick(victims).phone, ...EVIL_TEXTS]),
  };
}

function rarely(chance: Chance, name: string, values: readonly unknown[]): Record<string, unknown> {
  return chance.below(6) === 0 ? { [name]: chance.pick(values) } : {};
}

function optional(chance: Chance, name: string, values: readonly unknown[]): Record<string, unknown> {
  return chance.below(3) === 0 ? { [name]: chance.pick(values) } : {};
}
