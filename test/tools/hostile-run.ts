import type { Test } from 'tap';
import { nextMove } from './hostile-model.ts';
import { changesByCalls, foreignRows, outgoing, plantRoster, wrongSeats } from './hostile-roster.ts';
import { seeded } from './hostile-words.ts';
import { openHouse, type HouseCall, type ToolAnswer } from './house.ts';

/** Function calls of one call: below the limit of a real one. */
const PER_CALL = 25;
const HOUR_MS = 3_600_000;

/** Only who is verified gets these. */
const PERSONAL = new Set(['briefing_details', 'registration_details']);

/** A caller with a number of nobody, with a victim's, without one, or somebody of the roster with proof. */
export type CallerKind = 'stranger' | 'forged' | 'withheld' | 'verified';

export interface AttackOptions {
  readonly kinds: readonly CallerKind[];
  /** Function calls that reach the tools' door, at least. */
  readonly functionCalls: number;
  /** The attack of a seed is the same every time. */
  readonly seed: number;
  /** Answers that have to occur: without them the attack was none. */
  readonly expected: readonly string[];
}

interface Attack {
  readonly call: HouseCall;
  readonly from: string | null;
  readonly applicantId: string | null;
}

/** What an attack left behind. */
interface Damage {
  readonly attacks: readonly Attack[];
  /** Fields of others in answers. */
  readonly leaks: readonly string[];
  readonly transfers: readonly string[];
  /** Answers by their status. */
  readonly statuses: ReadonlyMap<string, number>;
  readonly functionCalls: number;
}

/** Attacks the tools, and fails the test for everything that came of it. */
export async function attackTools(t: Test, options: AttackOptions): Promise<void> {
  const house = await openHouse();
  t.teardown(() => house.store.close());
  const { store } = house;
  const roster = await plantRoster(store);
  const before = await foreignRows(store, roster.attackers);
  const damage = await attack(house, roster, options);
  t.comment(JSON.stringify(Object.fromEntries([...damage.statuses].toSorted(([, a], [, b]) => b - a))));

  t.ok(damage.functionCalls >= options.functionCalls, `${damage.functionCalls} function calls`);
  for (const status of options.expected) t.ok((damage.statuses.get(status) ?? 0) > 0, `it met: ${status}`);
  t.equal(damage.statuses.get('failed failed') ?? 0, 0, 'no tool broke');
  t.same(await foreignRows(store, roster.attackers), before, 'no row of anybody else has changed');
  t.same(await wrongSeats(store), [], 'every slot has as many seats taken as registrations hold');
  t.same([...new Set(damage.leaks)], [], 'no answer holds a field of anybody else');
  t.same(
    damage.transfers.filter((target) => target !== 'office'),
    [],
    'nobody is transferred but to a key of the configuration',
  );
  const verifiedIn = new Map(damage.attacks.map(({ call, applicantId }) => [call.id, applicantId]));
  const changes = await changesByCalls(store);
  t.same(
    changes.filter(({ call_id, applicant_id }) => verifiedIn.get(call_id) !== applicant_id),
    [],
    'a call changes only what belongs to the person it has verified',
  );
  await judgeMessages(t, await outgoing(store), damage, roster.secrets);
}

async function judgeMessages(
  t: Test,
  messages: Awaited<ReturnType<typeof outgoing>>,
  { attacks }: Damage,
  secrets: readonly string[],
): Promise<void> {
  t.ok(messages.length > 0, `${messages.length} messages left`);
  const perCall = new Map<string, number>();
  const outside = messages.filter((message) => {
    const by = attacks.find(({ call }) => call.id === message.call_id);
    perCall.set(message.call_id ?? '', (perCall.get(message.call_id ?? '') ?? 0) + 1);
    const allowed = PERSONAL.has(message.template_key)
      ? by?.applicantId !== null && message.applicant_id === by?.applicantId
      : message.template_key === 'contact_details';
    return !allowed || message.recipient !== by?.from;
  });
  t.same(
    outside.map(({ template_key }) => template_key),
    [],
    'messages go to the caller alone, in fixed words, personal ones only with proof',
  );
  t.ok(Math.max(...perCall.values()) <= 2, 'two of a call at most');
  t.same(
    messages.filter(({ body }) => secrets.some((secret) => body.includes(secret))),
    [],
    'no message tells of anybody else',
  );
}

async function attack(
  house: Awaited<ReturnType<typeof openHouse>>,
  { victims, attackers, secrets }: Awaited<ReturnType<typeof plantRoster>>,
  { kinds, functionCalls, seed }: AttackOptions,
): Promise<Damage> {
  const chance = seeded(seed);
  const foreignTokens: string[] = [];
  const attacks: Attack[] = [];
  const leaks: string[] = [];
  const transfers: string[] = [];
  const statuses = new Map<string, number>();
  let made = 0;

  /** One function call, and everything that can be said of its answer at once. */
  const make = async (call: HouseCall, name: string, args: unknown): Promise<ToolAnswer> => {
    made += 1;
    const answer = await call.run(name, args);
    const text = JSON.stringify([answer.output, answer.control]);
    for (const secret of secrets) if (text.includes(secret)) leaks.push(`${name}: ${secret}`);
    if (answer.control?.kind === 'transfer') transfers.push(answer.control.targetKey);
    const { status: told, error } = answer.output as { status?: string; error?: string };
    const status = `${answer.status} ${told ?? error ?? ''}`;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    return answer;
  };

  const begin = async (index: number): Promise<Attack> => {
    const kind = kinds[index % kinds.length];
    const name = `attack-${index}`;
    if (kind === 'verified') {
      const attacker = attackers[index % attackers.length];
      if (attacker === undefined) throw new RangeError('nobody attacks');
      const { phone: from, applicantId, kana, code } = attacker;
      const call = await house.call(name, from);
      const proof = await make(call, 'identify_caller', { kana_name: kana, reservation_code: code });
      return { call, from, applicantId: proof.output['may_change'] === true ? applicantId : null };
    }
    const numbers = kind === 'forged' ? victims.map(({ phone }) => phone) : STRANGERS;
    const from = kind === 'withheld' ? null : chance.pick(numbers);
    return { call: await house.call(name, from), from, applicantId: null };
  };

  /** What is read out, with or without the caller agreeing to it: their own changes may pass. */
  const follow = async ({ call }: Attack, name: string, args: unknown, answer: ToolAnswer): Promise<void> => {
    const token = answer.output['confirmation_token'];
    if (typeof token !== 'string') return;
    if (chance.below(4) === 0) call.says('はい、お願いします。');
    else if (answer.control?.kind === 'say') {
      call.readOut(answer);
      call.says(chance.pick(['はい、お願いします。', 'はい、お願いします。', '大丈夫です。', 'いいえ。']));
    }
    await make(call, name, { ...(args as object), confirmation_token: token });
    foreignTokens.push(token);
  };

  for (let index = 0; ; index += 1) {
    if (made >= functionCalls) return { attacks, leaks, transfers, statuses, functionCalls: made };
    // Time passes, so that the limits of a day do not hide what lies behind them.
    if (index % 25 === 24) house.clock.advance(8 * HOUR_MS);
    const current = await begin(index);
    attacks.push(current);
    for (let moves = 0; moves < PER_CALL; moves += 1) {
      const move = nextMove(chance, { victims, foreignTokens, verified: current.applicantId !== null });
      if (move.kind === 'words') current.call.says(move.text);
      else await follow(current, move.name, move.args, await make(current.call, move.name, move.args));
    }
  }
}

const STRANGERS = ['+818033331000', '+818033331001', '+81312345678', '+16502530000'];
