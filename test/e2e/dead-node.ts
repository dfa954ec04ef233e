import { once } from 'node:events';
import WebSocket from 'ws';
import type { EmulatedCall, Emulator, Model } from '../../emulator/index.ts';

/** A call that a node accepted which died then. */
export async function acceptedByAnother(emulator: Emulator, model: Model): Promise<EmulatedCall> {
  const call = await emulator.ring({ deliver: false, model });
  const accepted = await fetch(`${emulator.baseUrl}/realtime/calls/${call.id}/accept`, {
    method: 'POST',
    headers: { authorization: `Bearer ${emulator.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 'realtime',
      model: 'gpt-realtime-2.1',
      audio: { input: { turn_detection: null } },
    }),
  });
  if (!accepted.ok) throw new Error(`accept: ${accepted.status}`);
  return call;
}

/** That node had said something. */
export async function greetedByAnother(emulator: Emulator, call: EmulatedCall): Promise<void> {
  const url = `${emulator.baseUrl.replace('http', 'ws')}/realtime?call_id=${call.id}`;
  const sideband = new WebSocket(url, { headers: { authorization: `Bearer ${emulator.apiKey}` } });
  await once(sideband, 'open');
  const content = [{ type: 'output_text', text: 'お電話ありがとうございます。' }];
  const item = { type: 'message', role: 'assistant', content };
  sideband.send(JSON.stringify({ type: 'conversation.item.create', item }));
  await call.waitFor(({ event }) => event.type === 'conversation.item.added');
  sideband.terminate();
}
