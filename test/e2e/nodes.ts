import type { Test } from 'tap';
import {
  startEmulator,
  type EmulatedCall,
  type Emulator,
  type EmulatorOptions,
  type Model,
} from '../../emulator/index.ts';
import { openTestStore } from '../store/fixtures.ts';
import type { Store } from '../../src/store/open.ts';
import { startChild, type Child } from './child.ts';
import { API_KEY, greeted, WEBHOOK_SECRET } from './service.ts';

/** A takeover takes a lease, a sweep and a handshake; a busy machine takes longer, ms. */
export const TAKEOVER_MS = 15_000;

const TARGETS = 'office=tel:+81312345678';

/** Nodes in processes of their own over one server. */
export interface House {
  readonly emulator: Emulator;
  readonly store: Store;
  readonly url: string;
  /** @param env beside that of every node */
  node(env?: Readonly<Record<string, string>>): Promise<Child>;
}

/** @param playback of what the caller hears */
export async function house(
  t: Test,
  url: string,
  playback: EmulatorOptions['playback'] = { speed: 100 },
): Promise<House> {
  const emulator = await startEmulator({
    apiKey: API_KEY,
    webhookSecrets: [WEBHOOK_SECRET],
    playback,
  });
  t.teardown(async () => emulator.close());
  const store = await openTestStore({ databaseUrl: url });
  t.teardown(async () => store.close());
  const node = async (env: Readonly<Record<string, string>> = {}): Promise<Child> =>
    startChild(t, emulator, {
      env: { DATABASE_URL: url, SCENARIO: 'reception-ja', API: 'off', TRANSFER_TARGETS: TARGETS, ...env },
    });
  return { emulator, store, url, node };
}

/** Waits until another node has attached to the call. */
export async function attached(call: EmulatedCall, connections: number): Promise<void> {
  await call.waitFor(({ event, connection }) => connection === connections && isStanding(event), TAKEOVER_MS);
}

function isStanding(event: unknown): boolean {
  return (event as { event_id?: string }).event_id === 'standing';
}

/** A call whose greeting was heard. */
export async function talking(house: House, model: Model): Promise<EmulatedCall> {
  const call = await house.emulator.ring({ model });
  await greeted(call);
  await call.quiet();
  return call;
}

/** The call's node, as the store has it. */
export async function ownerOf({ store }: House, call: EmulatedCall) {
  const row = await store.calls.getCall(call.id);
  if (row === null) throw new Error('no such call');
  return row;
}
