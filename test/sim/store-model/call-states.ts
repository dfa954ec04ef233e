import type { CallState } from '../../../src/store/ports.ts';

const OPEN: ReadonlySet<CallState> = new Set(['claimed', 'accepting', 'accepted', 'live', 'ending']);

/** Whether a call is not final. */
export function isOpen({ state }: { readonly state: CallState }): boolean {
  return OPEN.has(state);
}
