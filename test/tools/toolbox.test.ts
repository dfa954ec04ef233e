import t from 'tap';
import { toolsFor } from '../../src/tools/toolbox.ts';

const NAMES = ['take_message', 'transfer_to_human', 'end_call'];

t.test('a transfer is offered only when there is somebody to transfer to', async (t) => {
  t.same(
    toolsFor(NAMES, new Map()).map(({ name }) => name),
    ['take_message', 'end_call'],
  );
  t.same(
    toolsFor(NAMES, new Map([['office', 'tel:+81312345678']])).map(({ name }) => name),
    NAMES,
  );
});

t.test('the model picks a key of the configuration, never an address', async (t) => {
  const tools = toolsFor(['transfer_to_human'], new Map([['office', 'tel:+81312345678']]));
  const schema = JSON.stringify(tools[0]?.parameters);
  t.match(schema, '"enum":["office"]');
  t.notMatch(schema, '81312345678');
});

t.test('a name that no tool has stops the start', async (t) => {
  t.throws(() => toolsFor(['sing'], new Map()), { code: 'DW_SCENARIO', message: /sing/ });
});
