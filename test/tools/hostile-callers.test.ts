import t from 'tap';
import { attackTools } from './hostile-run.ts';

t.test('2,500 function calls for callers who are on the roster and are after the others', async (t) => {
  await attackTools(t, {
    kinds: ['verified'],
    functionCalls: 2_500,
    seed: 20_261_125,
    expected: [
      'ok verified',
      'ok stored',
      'ok sending',
      'ok needs_confirmation',
      'refused unknown_token',
      'refused no_registration',
      'refused slot_missing',
      'refused number_not_needed',
      'refused invalid_arguments',
    ],
  });
});
