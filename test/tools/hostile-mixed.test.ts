import t from 'tap';
import { attackTools } from './hostile-run.ts';

t.test('2,500 function calls for all kinds of callers in turn', async (t) => {
  await attackTools(t, {
    kinds: ['verified', 'forged', 'stranger', 'withheld'],
    functionCalls: 2_500,
    seed: 20_261_126,
    expected: [
      'ok verified',
      'ok stored',
      'ok sending',
      'refused not_verified',
      'refused not_found',
      'refused unknown_token',
      'refused limit',
      'refused invalid_arguments',
    ],
  });
});
