import t from 'tap';
import { attackTools } from './hostile-run.ts';

t.test('2,500 function calls for callers who prove nothing, some without a number', async (t) => {
  await attackTools(t, {
    kinds: ['stranger', 'withheld'],
    functionCalls: 2_500,
    seed: 20_261_123,
    expected: [
      'ok sending',
      'refused not_verified',
      'refused not_found',
      'refused mobile_missing',
      'refused not_mobile',
      'refused invalid_arguments',
      'refused unknown_tool',
    ],
  });
});
