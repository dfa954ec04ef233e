import type { ModelPart } from '../../types.ts';
import type { OfferedTool } from '../offered-tools.ts';
import type { Memory, Wish } from './memory.ts';
import * as say from './sentences.ts';
import { arrivalIn, dayNamed, matching, namesDay, type OwnRegistration } from './slots.ts';

type Tools = ReadonlyMap<string, OfferedTool>;

/** What is said and done, or why nothing can be: the registration is not known yet, or the desk cannot do it. */
export type Proposed = readonly ModelPart[] | 'look_up' | 'not_possible';

/** Proposes what the verified caller wishes, or asks for what it lacks. The service reads the proposal back. */
export function propose(memory: Memory, tools: Tools, opening: string): Proposed {
  const { wish, registrations } = memory;
  if (wish === null || !tools.has('update_attendance')) return 'not_possible';
  if (registrations?.length === 0) return 'not_possible';
  switch (wish.kind) {
    case 'attend':
    case 'absent':
    case 'withdraw':
    case 'online':
    case 'undecided': {
      if (wish.kind === 'online' && registrations === null) return 'look_up';
      if (wish.kind === 'online' && !mayBeOnline(registrations ?? [])) return 'not_possible';
      const own = ownRegistration(wish, registrations);
      if (own === 'several') return [{ say: opening + say.whichOne(registrations ?? []) }];
      const named = (registrations?.length ?? 0) > 1 ? own?.registration : undefined;
      return done(opening, update(tools, { decision: wish.kind, reason: wish.reason, registration: named }));
    }
    case 'late':
      return proposeLate(memory, tools, opening, wish);
    case 'move':
    case 'wait':
      return proposeDate(memory, tools, opening, wish);
    case 'pass_on':
      return 'not_possible';
  }
}

/** The same proposal again, or its confirmation when a token is given. */
export function proposeAgain(memory: Memory, tools: Tools, token: string | null): ModelPart {
  return update(tools, { ...memory.proposed, confirmation_token: token });
}

function mayBeOnline(registrations: readonly OwnRegistration[]): boolean {
  return registrations.some(({ facts }) => facts['online_possible'] === true);
}

function proposeLate(memory: Memory, tools: Tools, opening: string, wish: Wish): Proposed {
  const own = ownRegistration(wish, memory.registrations);
  if (own === null) return 'look_up';
  if (own === 'several') return [{ say: opening + say.whichOne(memory.registrations ?? []) }];
  const arrival = arrivalIn(wish.words, own.reserved);
  if (arrival === null) return [{ say: opening + say.ASK_ARRIVAL }];
  return done(
    opening,
    update(tools, {
      decision: 'late',
      arrival_time: arrival,
      reason: wish.reason,
      registration: own.registration,
    }),
  );
}

function proposeDate(memory: Memory, tools: Tools, opening: string, wish: Wish): Proposed {
  const [own] = memory.registrations ?? [];
  if (own === undefined) return 'look_up';
  const { others, registration } = own;
  const fitting = matching(wish.day, others);
  const free = fitting.find((slot) => slot.free);
  if (free !== undefined) {
    return done(opening, update(tools, { decision: 'move', slot: free.slot, registration }));
  }
  const full = fitting[0] ?? (wish.kind === 'wait' ? onlyFull(own) : undefined);
  if (full !== undefined && wish.kind === 'wait') {
    return done(opening, update(tools, { decision: 'wait', slot: full.slot, registration }));
  }
  if (full !== undefined) return [{ say: opening + say.offer(full, others) }];
  if (!namesDay(wish.day)) return [{ say: opening + say.offer(null, others) }];
  if (own.more && mayLookFor(tools) && dayWished(memory) !== memory.lookedFor) return 'look_up';
  const there = matching(wish.day, [{ slot: '', when: own.reserved, online: false, free: true }]);
  return [{ say: opening + (there.length > 0 ? say.alreadyThere(own) : say.noSuchDate(others)) }];
}

/** The day to which the caller wishes to move; null: none was named. */
export function dayWished({ wish, today }: Memory): string | null {
  const chooses = wish?.kind === 'move' || wish?.kind === 'wait';
  return chooses && today !== null ? dayNamed(wish.day, today) : null;
}

/** Whether dates can be looked up for a day: otherwise the same would be asked again and again. */
function mayLookFor(tools: Tools): boolean {
  return 'date' in (tools.get('check_slots')?.properties ?? {});
}

function onlyFull({ others }: OwnRegistration): OwnRegistration['others'][number] | undefined {
  const full = others.filter(({ free }) => !free);
  return full.length === 1 ? full[0] : undefined;
}

/** The registration that is meant; null while none is known. */
function ownRegistration(
  wish: Wish,
  registrations: Memory['registrations'],
): OwnRegistration | 'several' | null {
  if (registrations === null) return null;
  const [first] = registrations;
  if (first === undefined || registrations.length === 1) return first ?? null;
  const meant = registrations.filter(
    ({ reserved }) =>
      matching(wish.day, [{ slot: '', when: reserved, online: false, free: true }]).length > 0,
  );
  return meant.length === 1 && meant[0] !== undefined ? meant[0] : 'several';
}

function done(opening: string, call: ModelPart): readonly ModelPart[] {
  return opening === '' ? [call] : [{ say: opening }, call];
}

/** Arguments that are null or undefined are left out, and those that the tool does not take. */
function update(tools: Tools, args: Readonly<Record<string, unknown>>): ModelPart {
  const name = 'update_attendance';
  const taken = tools.get(name)?.properties ?? {};
  const given = Object.entries(args).filter(
    ([key, value]) => value !== null && value !== undefined && key in taken,
  );
  return { call: { name, arguments: JSON.stringify(Object.fromEntries(given)) } };
}
