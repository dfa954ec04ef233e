import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-root.ts';
import { calls, hears, script } from './service.ts';
import { fillRoster } from './roster.ts';
import { outputs, startTalk } from './talk.ts';

const folder = mkdtempSync(join(tmpdir(), 'denwaban-scenario-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const SCENARIO = join(folder, 'own.yaml');
const shipped = readFileSync(join(packageRoot(), 'scenarios', 'attendance-ja.yaml'), 'utf8');
const limits = 'limits:\n  messages: 1\n  identityTries: 1\n\nturnDetection:';
writeFileSync(SCENARIO, shipped.replace('turnDetection:', limits));

const talk = await startTalk(t, { env: { SCENARIO } });
const roster = await fillRoster(talk.app.store.briefings, talk.clock.now());

t.test('the limits of the scenario hold in its calls', async (t) => {
  const phone = '+819012340091';
  await roster.register({ code: 'S-4991', phone });
  const claim = (code: string) =>
    calls('identify_caller', { kana_name: 'ヤマダタロウ', reservation_code: code });

  const wrong = script([claim('Z-1')], [claim('S-4991')], [{ say: '以上です。' }]);
  const first = await talk.greetedCall(wrong, { from: `<sip:${phone}@pstn.example>` });
  await first.say('出席します。');
  await hears(first, '以上です');
  t.notOk(
    outputs(first).some((output) => output['may_change'] === true),
    'one claim, and it was wrong',
  );
  first.hangUp();
  await talk.stored(first);

  const right = script(
    [claim('S-4991')],
    [calls('send_message', { template: 'briefing_details' })],
    [calls('send_message', { template: 'registration_details' })],
    [{ say: '以上です。' }],
  );
  const second = await talk.greetedCall(right, { from: `<sip:${phone}@pstn.example>` });
  await second.say('案内を送ってください。');
  await hears(second, '以上です');
  t.match(outputs(second), [{ may_change: true }, { status: 'sending' }, { status: 'limit' }]);
  second.hangUp();
  await talk.stored(second);
});
