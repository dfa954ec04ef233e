import t from 'tap';
import { attackTools } from './hostile-run.ts';

t.test('2,500 function calls for callers whose number says that they are somebody else', async (t) => {
  await attackTools(t, {
    kinds: ['forged'],
    functionCalls: 2_500,
    seed: 20_261_124,
    expected: ['ok sending', 'refused not_verified', 'refused not_found', 'refused invalid_arguments'],
  });
});
