import t from 'tap';
import { STRICT_POLICY } from '../../src/briefing/identity.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { toolsFor } from '../../src/tools/toolbox.ts';
import { openDesk } from '../outbox/desk.ts';
import { openTestStore } from '../store/fixtures.ts';

const store = await openTestStore();
t.teardown(() => store.close());
const DESK = {
  briefings: store.briefings,
  transact: store.transact,
  policy: STRICT_POLICY,
  random: systemRandom,
  organisation: '見本商事',
  queue: openDesk({ store }).queue,
};
const NAMES = ['take_message', 'transfer_to_human', 'end_call'];

t.test('a transfer is offered only when there is somebody to transfer to', async (t) => {
  t.same(
    toolsFor(NAMES, new Map(), DESK).map(({ name }) => name),
    ['take_message', 'end_call'],
  );
  t.same(
    toolsFor(NAMES, new Map([['office', 'tel:+81312345678']]), DESK).map(({ name }) => name),
    NAMES,
  );
});

t.test('the model picks a key of the configuration, never an address', async (t) => {
  const tools = toolsFor(['transfer_to_human'], new Map([['office', 'tel:+81312345678']]), DESK);
  const schema = JSON.stringify(tools[0]?.parameters);
  t.match(schema, '"enum":["office"]');
  t.notMatch(schema, '81312345678');
});

t.test('a name that no tool has stops the start', async (t) => {
  t.throws(() => toolsFor(['sing'], new Map(), DESK), { code: 'DW_SCENARIO', message: /sing/ });
});
