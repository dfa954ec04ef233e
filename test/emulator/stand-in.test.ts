import t from 'tap';
import { standInModel, type ModelItem, type ModelPart } from '../../emulator/index.ts';
import { verbatim } from '../../emulator/models/verbatim.ts';

const TOOLS = [
  {
    type: 'function',
    name: 'take_message',
    parameters: {
      type: 'object',
      properties: {
        caller_name: { type: 'string' },
        callback_number: { type: 'string' },
        body: { type: 'string' },
      },
      required: ['caller_name', 'body'],
    },
  },
  {
    type: 'function',
    name: 'transfer_to_human',
    parameters: {
      type: 'object',
      properties: { target: { type: 'string', enum: ['office', '人事部'] } },
      required: ['target'],
    },
  },
  {
    type: 'function',
    name: 'end_call',
    parameters: {
      type: 'object',
      properties: { outcome: { anyOf: [{ const: 'message_taken' }, { const: 'other' }] } },
      required: ['outcome'],
    },
  },
];

/** Talks to the model as a caller would. Function calls are answered with `outputs`, or ok. */
class Talk {
  readonly items: ModelItem[] = [];
  readonly calls: { name: string; arguments: unknown }[] = [];
  readonly #outputs: string[];
  readonly #session: Record<string, unknown>;

  constructor(options: { outputs?: string[]; instructions?: string; tools?: unknown[] } = {}) {
    this.#outputs = options.outputs ?? [];
    this.#session = { instructions: options.instructions ?? '', tools: options.tools ?? TOOLS };
  }

  /** Says something; returns all that is answered, the answer after a tool included. */
  async say(text: string, role: 'user' | 'system' = 'user'): Promise<string> {
    this.items.push({ type: 'message', role, text });
    return this.#respond();
  }

  async #respond(): Promise<string> {
    const parts = await standInModel({ session: this.#session, items: [...this.items], request: null });
    let said = '';
    for (const part of parts) said += this.#take(part);
    return this.items.at(-1)?.type === 'function_call_output' ? said + (await this.#respond()) : said;
  }

  #take(part: ModelPart): string {
    if ('say' in part) {
      this.items.push({ type: 'message', role: 'assistant', text: part.say });
      return part.say;
    }
    if (!('call' in part)) return '';
    const callId = `call_${this.calls.length}`;
    this.calls.push({ name: part.call.name, arguments: JSON.parse(part.call.arguments) as unknown });
    this.items.push({ type: 'function_call', callId, ...part.call });
    this.items.push({ type: 'function_call_output', callId, output: this.#outputs.shift() ?? '{"ok":true}' });
    return '';
  }
}

t.test('a caller who attends is asked for what is missing, read back, and passed on', async (t) => {
  const talk = new Talk();
  t.match(await talk.say('もしもし、説明会に出席します'), /お名前/);
  t.match(await talk.say('山田太郎です'), /日付/);
  t.match(await talk.say('11月25日です'), /山田太郎様、11月25日の説明会はご出席.*お間違いないでしょうか/);
  t.match(await talk.say('はい、お願いします'), /申し伝えます.*ほかにご用件/);
  t.same(talk.calls, [
    {
      name: 'take_message',
      arguments: { caller_name: '山田太郎', body: '11月25日の説明会に出席されるとのことです。' },
    },
  ]);
});

t.test('what the caller has said already is not asked', async (t) => {
  const talk = new Talk();
  const answer = await talk.say('山田花子と申します。明日の説明会を欠席します');
  t.match(answer, /山田花子様、明日の説明会はご欠席/);
});

t.test('出席できません is an absence', async (t) => {
  t.match(await new Talk().say('出席できません'), /ご欠席ですね/);
});

t.test('a late caller is asked when to expect them', async (t) => {
  const talk = new Talk();
  t.match(await talk.say('佐藤健と申します。今日の説明会に遅れます'), /何時ごろ/);
  t.match(await talk.say('10時半ごろです'), /佐藤健様、今日の説明会はご遅刻、10時半ごろ/);
});

t.test('a correction is read back before it is passed on', async (t) => {
  const talk = new Talk();
  await talk.say('山田太郎と申します。11月25日の説明会に参加します');
  t.match(await talk.say('いえ、26日です'), /26日の説明会はご出席/);
  t.same(talk.calls, []);
});

t.test('大丈夫です is no yes to a read-back', async (t) => {
  const talk = new Talk();
  await talk.say('山田太郎と申します。11月25日の説明会に参加します');
  await talk.say('大丈夫です');
  t.same(talk.calls, []);
  await talk.say('はい');
  t.equal(talk.calls.length, 1);
});

t.test('nothing else ends the call, with the outcome the tool knows', async (t) => {
  const talk = new Talk();
  await talk.say('山田太郎と申します。11月25日の説明会に参加します');
  await talk.say('はい');
  await talk.say('大丈夫です');
  t.same(talk.calls[1], { name: 'end_call', arguments: { outcome: 'message_taken' } });
});

t.test('a goodbye out of the blue ends the call', async (t) => {
  const talk = new Talk();
  await talk.say('間違えました、失礼します');
  t.same(talk.calls, [{ name: 'end_call', arguments: { outcome: 'other' } }]);
});

t.test('who asks for a person is connected to the one named, else to the first', async (t) => {
  const talk = new Talk();
  await talk.say('担当者の方をお願いします');
  const named = new Talk();
  await named.say('人事部の担当の方につないでください');
  t.same(
    [...talk.calls, ...named.calls].map((call) => call.arguments),
    [{ target: 'office' }, { target: '人事部' }],
  );
});

t.test('without the tool nobody is promised a person', async (t) => {
  const talk = new Talk({ tools: [] });
  t.match(await talk.say('担当者と話したいです'), /ご伝言を承ります/);
});

t.test('a message that could not be kept is not called kept', async (t) => {
  const talk = new Talk({ outputs: ['{"ok":false,"error":"try_again"}'] });
  await talk.say('山田太郎と申します。11月25日の説明会に参加します');
  t.match(await talk.say('はい'), /記録できませんでした/);
  t.match(await talk.say('はい、お願いします'), /申し伝えます/);
});

t.test('keys mean what the instructions say, else what is customary', async (t) => {
  t.match(await new Talk().say('[キー入力] 2'), /ご欠席ですね/);
  t.match(await new Talk().say('[キー入力] 1', 'system'), /ご出席ですね/);
  const told = new Talk({ instructions: '1は出席、2は欠席、3は遅刻、4はそのほかの用件です。' });
  t.match(await told.say('[キー入力] 3'), /遅れていらっしゃる/);
});

t.test('a message of its own is taken down as it was said', async (t) => {
  const talk = new Talk();
  t.match(await talk.say('伝言をお願いします'), /お名前/);
  t.match(await talk.say('鈴木一郎と申します'), /お伝えいたしましょうか/);
  await talk.say('書類を郵送しました');
  await talk.say('はい、間違いありません');
  t.match(talk.calls, [{ arguments: { caller_name: '鈴木一郎', body: '書類を郵送しました' } }]);
});

t.test('a sentence given word for word is said word for word', async (t) => {
  const request = { instructions: '「」の中をそのまま読んでください。「お待ちの「山田」様、どうぞ。」' };
  const parts = await standInModel({ session: {}, items: [], request });
  t.same(parts, [{ say: 'お待ちの「山田」様、どうぞ。' }]);
});

t.test('the last outermost brackets hold the sentence', async (t) => {
  t.equal(verbatim('「一」のあとに「二」'), '二');
  t.equal(verbatim('括弧はありません'), null);
  t.equal(verbatim(undefined), null);
});
