import t from 'tap';
import { scriptedModel } from '../../emulator/index.ts';
import { connectedCall, type Client } from './helper.ts';

interface Usage {
  readonly total_tokens: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly input_token_details: {
    readonly text_tokens: number;
    readonly audio_tokens: number;
    readonly cached_tokens: number;
    readonly cached_tokens_details: { readonly text_tokens: number; readonly audio_tokens: number };
  };
  readonly output_token_details: { readonly text_tokens: number; readonly audio_tokens: number };
}

async function usageOf(client: Client, count: number): Promise<Usage> {
  const done = await client.next('response.done', count);
  return (done['response'] as { usage: Usage }).usage;
}

const LONG = { instructions: 'あ'.repeat(500) };

t.test('agent audio is a token in 50 ms, caller audio in 100 ms', async (t) => {
  const { call, client } = await connectedCall(
    t,
    { model: scriptedModel([[{ say: 'あ'.repeat(50) }]]) },
    LONG,
  );
  await call.say('い'.repeat(20), { ms: 1 });
  const usage = await usageOf(client, 1);
  t.equal(usage.output_token_details.audio_tokens, (50 * 140) / 50);
  t.equal(usage.input_token_details.audio_tokens, (20 * 140) / 100);
});

t.test('the parts of a usage add up', async (t) => {
  const { call, client } = await connectedCall(t, { model: scriptedModel([]) }, LONG);
  await call.say('もしもし', { ms: 1 });
  const { input_token_details: input, output_token_details: output, ...usage } = await usageOf(client, 1);
  t.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
  t.equal(usage.input_tokens, input.text_tokens + input.audio_tokens);
  t.equal(usage.output_tokens, output.text_tokens + output.audio_tokens);
});

t.test('what was read before is cached, until the instructions change', async (t) => {
  const { call, client } = await connectedCall(t, { model: scriptedModel([]) }, LONG);
  await call.say('ひとつめ', { ms: 1 });
  t.equal((await usageOf(client, 1)).input_token_details.cached_tokens, 0);
  await call.say('ふたつめ', { ms: 1 });
  const second = (await usageOf(client, 2)).input_token_details;
  const { text_tokens, audio_tokens } = second.cached_tokens_details;
  t.ok(second.cached_tokens > 0 && text_tokens <= second.text_tokens && audio_tokens <= second.audio_tokens);
  t.equal(second.cached_tokens, text_tokens + audio_tokens);
  client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'い'.repeat(500) } });
  await client.next('session.updated');
  await call.say('みっつめ', { ms: 1 });
  t.equal((await usageOf(client, 3)).input_token_details.cached_tokens, 0);
});
