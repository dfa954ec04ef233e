import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import {
  buildSession,
  closingTurnDetection,
  conversationTurnDetection,
  type SessionOptions,
} from '../../src/scenario/session-config.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

const scenario = await loadScenario('attendance-ja', packageRoot());
const serverVad: Scenario = {
  ...scenario,
  turnDetection: { type: 'server_vad', threshold: 0.6, prefixPaddingMs: 250, silenceDurationMs: 700 },
};
const options: SessionOptions = {
  model: 'gpt-realtime-2.1',
  voice: 'marin',
  tools: [
    { name: 'end_call', description: 'Ends the call.', parameters: { type: 'object', properties: {} } },
  ],
};

t.test('the accept body has exactly the documented fields', async (t) => {
  t.same(buildSession(scenario, options), {
    type: 'realtime',
    model: 'gpt-realtime-2.1',
    instructions: scenario.instructions,
    output_modalities: ['audio'],
    audio: {
      input: {
        transcription: scenario.transcription,
        noise_reduction: { type: 'near_field' },
        turn_detection: {
          type: 'semantic_vad',
          eagerness: 'auto',
          create_response: false,
          interrupt_response: false,
        },
      },
      output: { voice: 'marin' },
    },
    tools: [
      {
        type: 'function',
        name: 'end_call',
        description: 'Ends the call.',
        parameters: { type: 'object', properties: {} },
      },
    ],
    tool_choice: 'auto',
    max_output_tokens: 1024,
    tracing: null,
    reasoning: { effort: 'low' },
  });
});

t.test('audio formats are left to the SDP', async (t) => {
  t.notMatch(JSON.stringify(buildSession(scenario, options)), '"format"');
});

t.test('accept carries no numbers of turn detection, a session update does', async (t) => {
  const accepted = buildSession(serverVad, options).audio?.input?.turn_detection;
  t.same(accepted, { type: 'server_vad', create_response: false, interrupt_response: false });
  t.same(conversationTurnDetection(serverVad).turn_detection, {
    type: 'server_vad',
    threshold: 0.6,
    prefix_padding_ms: 250,
    silence_duration_ms: 700,
    create_response: true,
    interrupt_response: true,
  });
});

t.test('a scenario may choose its own voice and speed', async (t) => {
  const own: Scenario = { ...scenario, voice: { name: 'cedar', speed: 0.95 } };
  t.same(buildSession(own, options).audio?.output, { voice: 'cedar', speed: 0.95 });
});

t.test('a session update carries the whole of audio.input', async (t) => {
  for (const input of [conversationTurnDetection(scenario), closingTurnDetection(scenario)]) {
    t.same(Object.keys(input).toSorted(), ['noise_reduction', 'transcription', 'turn_detection']);
  }
});

t.test('the goodbye is neither answered nor interrupted', async (t) => {
  t.match(closingTurnDetection(scenario).turn_detection, {
    create_response: false,
    interrupt_response: false,
  });
});

t.test('reasoning is asked of the models that reason only', async (t) => {
  for (const model of ['gpt-realtime-2', 'gpt-realtime-2.1', 'gpt-realtime-2.1-mini']) {
    t.same(buildSession(scenario, { ...options, model }).reasoning, { effort: 'low' }, model);
  }
  for (const model of ['gpt-realtime', 'gpt-realtime-1.5', 'gpt-realtime-2025-08-28', 'gpt-realtime-mini']) {
    t.notOk('reasoning' in buildSession(scenario, { ...options, model }), model);
  }
});

t.test('what is built is frozen, so that calls can share it', async (t) => {
  const session = buildSession(scenario, options);
  t.ok(Object.isFrozen(session) && Object.isFrozen(session.audio) && Object.isFrozen(session.tools));
  t.ok(Object.isFrozen(conversationTurnDetection(scenario).turn_detection));
});
