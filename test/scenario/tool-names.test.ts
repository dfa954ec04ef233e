import t from 'tap';
import { TOOL_NAMES } from '../../src/scenario/tool-names.ts';
import { toolsFor, type DeskParts } from '../../src/tools/toolbox.ts';

t.test('a scenario may name the tools that exist, and no others', async (t) => {
  const parts = {} as DeskParts;
  try {
    toolsFor(['no_such_tool'], new Map(), parts);
    t.fail('a tool that does not exist was taken');
  } catch (error) {
    const known = /Known: (.+)\.$/.exec((error as Error).message)?.[1]?.split(', ') ?? [];
    t.same(known.toSorted(), TOOL_NAMES.toSorted());
  }
});
