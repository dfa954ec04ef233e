import t from 'tap';
import { REPLY_MS, RETRY_MS } from '../../src/call/timeouts.ts';
import { greetedWalk, spoken, type Walk } from './walk.ts';

const SENTENCE = '担当者が参ります。';

/** A walk on which an operator has just had a sentence said. */
function ordered(): Walk {
  const walk = greetedWalk();
  walk.send({ kind: 'ordered', order: 'say', argument: SENTENCE });
  return walk;
}

const outcomes = (walk: Walk) => walk.all('order_settled').map(({ outcome }) => outcome);

t.test('a sentence that was heard to its end was said', async (t) => {
  const walk = ordered();
  t.match(walk.all('respond').at(-1)?.request, { purpose: 'operator', say: SENTENCE });
  walk.send(...spoken('resp_1', 'operator'));
  t.same(outcomes(walk), ['said']);
});

t.test('without a sideband nobody knows whether a sentence is said', async (t) => {
  for (const begun of [false, true]) {
    const walk = ordered();
    if (begun) walk.send({ kind: 'response_created', responseId: 'resp_1', purpose: 'operator' });
    walk.send({ kind: 'detached' });
    t.same(outcomes(walk), ['unproven']);
  }
});

t.test('a sentence that was given up is not said when it comes late', async (t) => {
  const walk = ordered();
  walk.wait(REPLY_MS);
  t.same(outcomes(walk), ['failed']);
  walk.send({ kind: 'response_created', responseId: 'resp_1', purpose: 'operator' });
  t.equal(walk.all('cancel_response').length, 1);
  walk.send({ kind: 'response_done', responseId: 'resp_1', status: 'cancelled' });
  walk.wait(RETRY_MS);
  t.equal(walk.asked.at(-1), 'reply', 'the model goes on instead');
  walk.send(...spoken('resp_2', 'reply'));
  t.same(outcomes(walk), ['failed']);
  t.equal(walk.all('cancel_response').length, 1);
});

t.test('a sentence that waits behind a response that fails is given up, and not said', async (t) => {
  const walk = ordered();
  walk.send({ kind: 'response_created', responseId: 'resp_1', purpose: null });
  walk.send({ kind: 'response_done', responseId: 'resp_1', status: 'failed' });
  t.same(outcomes(walk), ['failed']);
  walk.send({ kind: 'response_created', responseId: 'resp_2', purpose: 'operator' });
  t.equal(walk.all('cancel_response').length, 1);
});
