import { DenwabanError } from '../../src/errors.ts';
import { functionOutput } from '../../src/realtime/commands.ts';
import type { CallStore } from '../../src/store/ports.ts';
import { failure } from '../../src/tools/answer.ts';
import type { Planted } from './fleet.ts';
import type { InvariantName } from './invariants.ts';
import type { Statement, View } from './store-model/server.ts';
import type { CallRow } from './store-model/tables.ts';

/** A bug, and what has to find it. */
export interface Plant {
  readonly bug: string;
  readonly finds: InvariantName;
  readonly planted: Planted;
  /** A rare one: seeds from here on are tried, as the first that finds it is not far. Default 1. */
  readonly from?: number;
}

const unavailable = (): DenwabanError => new DenwabanError('DW_STORE_UNAVAILABLE', 'planted');

/** One bug or more for every invariant, each at a port of a simulated process. */
export const PLANTS: readonly Plant[] = [
  {
    bug: 'a takeover that does not begin a new epoch',
    finds: 'one_owner',
    planted: statement('takeLapsedCalls', (run, view) => {
      const taken = run(view);
      for (const call of view.tables.calls.values())
        if (call.epoch > 1) view.tables.calls.set(call.callId, { ...call, epoch: call.epoch - 1 });
      return taken;
    }),
  },
  {
    bug: 'a sweeper that takes leases that have not lapsed',
    finds: 'stale_act',
    planted: statement('takeLapsedCalls', (run, view) => run({ ...view, now: view.now + 60_000 })),
  },
  {
    bug: 'a node that speaks though its lease may have lapsed',
    finds: 'stale_act',
    from: 40,
    planted: { node: ({ manager }) => void (manager.mayAct = () => true) },
  },
  {
    bug: 'an accept of which nothing is known, sent again at once',
    finds: 'one_accept',
    from: 80,
    planted: {
      calls: (calls) => ({
        ...calls,
        accept: async (...args) => {
          const outcome = await calls.accept(...args);
          return outcome.kind === 'ambiguous' ? calls.accept(...args) : outcome;
        },
      }),
    },
  },
  {
    bug: 'a node that takes every conversation for one that has not begun',
    finds: 'one_greeting',
    planted: {
      ...calls(({ takeLapsedCalls, readProgress }) => ({
        takeLapsedCalls: async (...args) =>
          (await takeLapsedCalls(...args)).map((call) => ({ ...call, state: 'claimed' as const })),
        readProgress: async (callId) => {
          const progress = await readProgress(callId);
          return progress === null ? null : { ...progress, body: null };
        },
      })),
      sidebands: (sidebands) => ({
        connect: (callId, listener) =>
          sidebands.connect(callId, {
            onOpen: () => listener.onOpen(),
            onFrame: (frame) =>
              listener.onFrame(
                Buffer.from(
                  frame.toString().replace(/"previous_item_id":"[^"]*"/, '"previous_item_id":null'),
                ),
              ),
            onAttachFailed: (failed) => listener.onAttachFailed(failed),
            onDetached: (cause, code) => listener.onDetached(cause, code),
          }),
      }),
    },
  },
  {
    bug: 'a ledger that forgets what was done',
    finds: 'effect_once',
    from: 180,
    planted: {
      statement: (asked) =>
        asked.name === 'holdToolCall' || asked.name === 'beginToolCall'
          ? wrap(asked, (run, view) => {
              run(view);
              return { outcome: asked.name === 'holdToolCall' ? 'running' : 'new' };
            })
          : asked,
    },
  },
  {
    bug: 'a transaction that says it is committed and is not',
    finds: 'acknowledged',
    planted: {
      store: (store, { chance }) => ({
        ...store,
        transact: async (work, options) => {
          if (!chance.happens(0.2)) return store.transact(work, options);
          let result: { value: Awaited<ReturnType<typeof work>> } | null = null;
          await store
            .transact(async (transaction) => {
              result = { value: await work(transaction) };
              throw new RangeError('planted');
            }, options)
            .catch(() => {});
          if (result === null) throw unavailable();
          return (result as { value: Awaited<ReturnType<typeof work>> }).value;
        },
      }),
    },
  },
  {
    bug: 'a desk that says now and then that nothing was done',
    finds: 'told_truth',
    planted: {
      sidebands: (sidebands, { chance }) => ({
        connect: (callId, listener) => {
          const sideband = sidebands.connect(callId, listener);
          return {
            close: () => sideband.close(),
            send: (event) => {
              const { item } = JSON.parse(event) as { item?: { call_id?: string } };
              const lie = item?.call_id !== undefined && chance.happens(0.3);
              return sideband.send(
                lie ? functionOutput(item.call_id ?? '', failure('failed').output) : event,
              );
            },
          };
        },
      }),
    },
  },
  {
    bug: 'an end that is stored over the ends of other calls',
    finds: 'terminal_final',
    planted: statement('finishCall', (run, view) => {
      for (const callId of ['rtc_1', 'rtc_2', 'rtc_3']) {
        const call = view.tables.calls.get(callId);
        if (call !== undefined && call.endReason !== null)
          view.tables.calls.set(callId, { ...call, endReason: 'internal_error' });
      }
      return run(view);
    }),
  },
  {
    bug: 'a claim that asks nobody for a place',
    finds: 'capacity',
    planted: calls(({ claimCall }) => ({
      claimCall: async ({ limits: _limits, ...input }) => claimCall(input),
    })),
  },
  {
    bug: 'a claim that counts the calls of its own node only',
    finds: 'capacity',
    planted: statement('claimCall', (run, view) => {
      const { calls: all } = view.tables;
      const rows = [...all.values()];
      const newest = rows.at(-1)?.node;
      const values = (): CallRow[] => rows.filter(({ node }) => node === newest);
      const seen = { get: all.get.bind(all), set: all.set.bind(all), delete: all.delete.bind(all), values };
      return run({ ...view, tables: { ...view.tables, calls: seen } });
    }),
  },
  {
    bug: 'a call that found no place and is accepted all the same',
    finds: 'capacity',
    planted: calls(({ claimCall }) => ({
      claimCall: async (input) => {
        const claim = await claimCall(input);
        return claim.outcome === 'claimed' ? { outcome: claim.outcome, epoch: claim.epoch } : claim;
      },
    })),
  },
  {
    bug: 'a place that is not given back at the end of a call',
    finds: 'place',
    planted: statement('claimCall', (run, view) => {
      const before = [...view.tables.calls.values()];
      const claim = run(view);
      const row = [...view.tables.calls.values()].find((one) => !before.includes(one));
      if (row?.seatRefusal !== null || !before.some(({ endedAt }) => endedAt !== null)) return claim;
      view.tables.calls.set(row.callId, { ...row, seatRefusal: 'fleet_full' });
      return { epoch: row.epoch, seatRefusal: 'fleet_full' };
    }),
  },
  {
    bug: 'an end of a sideband that nobody hears of',
    finds: 'place',
    planted: {
      sidebands: (sidebands) => ({
        connect: (callId, listener) =>
          sidebands.connect(callId, {
            onOpen: () => listener.onOpen(),
            onFrame: (frame) => listener.onFrame(frame),
            onAttachFailed: (failed) => listener.onAttachFailed(failed),
            onDetached: () => {},
          }),
      }),
    },
  },
  {
    bug: 'a question to the store without a deadline',
    finds: 'deadline',
    planted: calls(() => ({ listTurns: async () => new Promise(() => {}) })),
  },
  {
    bug: 'an end that is never stored',
    finds: 'row_deadline',
    planted: calls(() => ({
      finishCall: async () => {
        throw unavailable();
      },
    })),
  },
  {
    bug: 'a sweeper that finds nothing',
    finds: 'ownerless',
    planted: calls(() => ({ takeLapsedCalls: async () => [] })),
  },
  {
    bug: 'a sideband that is not closed',
    finds: 'left_over',
    planted: {
      sidebands: (sidebands) => ({
        connect: (callId, listener) => {
          const sideband = sidebands.connect(callId, listener);
          return { send: (event) => sideband.send(event), close: () => {} };
        },
      }),
    },
  },
  {
    bug: 'a timer that nobody cancels',
    finds: 'left_over',
    planted: { node: ({ host }) => void host.clock.setTimer(3_600_000, () => {}) },
  },
  {
    bug: 'a transaction that loses its rows of the audit',
    finds: 'audit',
    planted: {
      statement: (asked, { chance }) =>
        asked.name === 'writeAudit' && chance.happens(0.1) ? wrap(asked, () => undefined) : asked,
    },
  },
  {
    bug: 'a row of the audit that is changed afterwards',
    finds: 'audit',
    planted: statement('writeAudit', (run, view) => {
      run(view);
      const row = view.tables.audit.get('call/rtc_1 1');
      if (row !== undefined) view.tables.audit.set('call/rtc_1 1', { ...row, at: row.at + 1 });
    }),
  },
  {
    bug: 'a hang-up that throws, and nobody catches it',
    finds: 'crash',
    planted: {
      calls: (calls) => ({
        ...calls,
        hangUp: async () => {
          throw new RangeError('planted');
        },
      }),
    },
  },
];

function calls(change: (of: CallStore) => Partial<CallStore>): Planted {
  return { store: (store) => ({ ...store, calls: { ...store.calls, ...change(store.calls) } }) };
}

type Twist = (run: (view: View) => unknown, view: View) => unknown;

function statement(name: string, twist: Twist): Planted {
  return { statement: (asked) => (asked.name === name ? wrap(asked, twist) : asked) };
}

function wrap<T>(asked: Statement<T>, twist: Twist): Statement<T> {
  return { ...asked, run: (view) => twist((given) => asked.run(given), view) as T };
}
