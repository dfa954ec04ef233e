import t from 'tap';
import { INITIAL } from '../../src/call/conversation.ts';
import { isResting } from '../../src/call/session-events.ts';

const CONVERSING = { ...INITIAL, phase: 'conversing' } as const;

t.test('a quiet moment is one in which nobody is in the middle of anything', async (t) => {
  t.equal(isResting(CONVERSING), true);
  for (const change of [
    { phase: 'closing' },
    { generating: 'resp_1' },
    { expecting: true },
    { openTools: 1 },
    { turnOpen: true },
    { callerWaits: true },
    { keys: '10' },
  ] as const)
    t.equal(isResting({ ...CONVERSING, ...change }), false, Object.keys(change).join());
});

t.test('what is only being heard needs nobody', async (t) => {
  t.equal(isResting({ ...CONVERSING, playing: 'resp_1' }), true);
});
