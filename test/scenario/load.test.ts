import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DenwabanError } from '../../src/errors.ts';
import { packageRoot } from '../../src/lib/package-root.ts';
import { loadScenario, parseScenario } from '../../src/scenario/load.ts';

const file = join(packageRoot(), 'scenarios', 'attendance-ja.yaml');
const text = readFileSync(file, 'utf8');
/** With the parts that the shipped scenario shows as comments. */
const whole = text.replaceAll(/^# ((?:transfers|limits):|  .*)$/gm, '$1');

/** The refusal of the shipped scenario after one change of its text. */
function refusalOf(change: (source: string) => string): DenwabanError {
  const changed = change(whole);
  if (changed === whole) throw new Error('the change does not apply to the scenario');
  try {
    parseScenario('a.yaml', Buffer.from(changed));
  } catch (error) {
    if (error instanceof DenwabanError) return error;
    throw error;
  }
  throw new Error('the scenario was not refused');
}

function lineOf(source: string, part: string): number {
  return source.slice(0, source.indexOf(part)).split('\n').length;
}

t.test('the shipped scenario loads by name and by path, frozen to its depths', async (t) => {
  const byName = await loadScenario('attendance-ja', packageRoot());
  const byPath = await loadScenario('scenarios/attendance-ja.yaml', packageRoot());
  const byAbsolutePath = await loadScenario(file, '/nowhere');
  t.same(byName, byPath);
  t.same(byName, byAbsolutePath);
  t.ok(Object.isFrozen(byName));
  t.ok(Object.isFrozen(byName.transcription.keywords));
  t.match(byName.version, /^[0-9a-f]{16}$/);
});

t.test('the version follows the bytes of the file', async (t) => {
  const one = parseScenario('a.yaml', Buffer.from(text));
  const two = parseScenario('a.yaml', Buffer.from(`${text}# note\n`));
  t.not(one.version, two.version);
});

t.test('the name of the organisation is filled in everywhere', async (t) => {
  const scenario = parseScenario(
    'a.yaml',
    Buffer.from(text.replace('organisation: 採用事務局', 'organisation: 株式会社山川')),
  );
  t.match(scenario.greeting, '株式会社山川でございます');
  t.match(scenario.instructions, '株式会社山川の電話受付');
  t.notMatch(JSON.stringify(scenario), '{organisation}');
});

t.test('the instructions have every section, the binding one last', async (t) => {
  const { instructions } = await loadScenario('attendance-ja', packageRoot());
  const headings = instructions.match(/^# .+$/gm);
  t.same(headings, [
    '# 役割',
    '# 言語',
    '# 話し方',
    '# 会話の流れ',
    '# 聞き取れないとき',
    '# 復唱',
    '# ツール',
    '# よくある質問',
    '# 守ること',
  ]);
});

t.test('the shipped greeting can be said in about ten seconds', async (t) => {
  const { greeting, notice } = await loadScenario('attendance-ja', packageRoot());
  const msPerCharacter = 140;
  t.ok(greeting.length * msPerCharacter <= 10_000);
  t.ok(greeting.includes(notice.text));
});

t.test('no shipped sentence claims that a registration was changed', async (t) => {
  for (const name of ['attendance-ja', 'reception-ja']) {
    const { greeting, phrases } = await loadScenario(name, packageRoot());
    for (const sentence of [greeting, ...Object.values(phrases)]) {
      t.notMatch(sentence, /変更(いたし|し)ました|取り消し|登録(いたし|し)ました/);
    }
  }
});

t.test('the scenario without a roster takes messages and touches no registration', async (t) => {
  const { tools, instructions } = await loadScenario('reception-ja', packageRoot());
  t.same(tools, ['take_message', 'transfer_to_human', 'end_call']);
  t.notMatch(instructions, /identify_caller|check_slots|update_attendance/);
});

t.test('questions are given to the model with their answers, and how far they reach', async (t) => {
  const changed = text.replace(
    'answer: 選考については、',
    'answer: 弊社{organisation}では、選考については、',
  );
  const { instructions } = parseScenario('a.yaml', Buffer.from(changed));
  t.match(
    instructions,
    /# よくある質問\n.*「担当者に申し伝えます」[^]*- 質問: 欠席すると選考に影響しますか\n {2}答え: 弊社採用事務局では、選考/,
  );
});

t.test('a scenario without questions has no section for them', async (t) => {
  const changed = text.replace(/^faq:\n(?: .*\n)+/m, '');
  t.notMatch(parseScenario('a.yaml', Buffer.from(changed)).instructions, 'よくある質問\n');
});

t.test('what a scenario leaves out stands as null or empty', async (t) => {
  const changed = text.replace(/^faq:\n(?: .*\n)+/m, '').replace(/^identity: .*\n/m, '');
  t.match(parseScenario('a.yaml', Buffer.from(changed)), {
    identity: 'strict',
    transfers: [],
    limits: { callSeconds: null, functionCalls: null },
    voice: { name: null, speed: null },
  });
});

t.test('the transfers and limits that the shipped scenario shows as comments are usable', async (t) => {
  t.match(parseScenario('a.yaml', Buffer.from(whole)), {
    transfers: [{ key: 'recruiter', label: '採用担当', when: /急ぎ/ }],
    limits: { callSeconds: 600, functionCalls: 30 },
  });
});

t.test('a scenario may write out what proves identity', async (t) => {
  const changed = text.replace(
    'identity: strict',
    'identity:\n  read:\n    - [name, university]\n  change:\n    - [name, slot_date]\n    - [name, reservation_code]',
  );
  t.same(parseScenario('a.yaml', Buffer.from(changed)).identity, {
    read: [['name', 'university']],
    change: [
      ['name', 'slot_date'],
      ['name', 'reservation_code'],
    ],
  });
});

t.test('every part of the file changes the version', async (t) => {
  const { version } = parseScenario('a.yaml', Buffer.from(whole));
  const parts = [
    ['answer: 選考については', 'answer: 選考は'],
    ['label: 採用担当', 'label: 人事部'],
    ['callSeconds: 600', 'callSeconds: 601'],
    ['identity: strict', 'identity: without_codes'],
    ['    - 体調不良', '    - 体調'],
    ['languages: [ja]', 'languages: [ja, en]'],
    ["version: '2026-11'", "version: '2026-12'"],
    ['  - check_slots\n', ''],
    ['eagerness: auto', 'eagerness: low'],
  ] as const;
  for (const [from, to] of parts) {
    const changed = whole.replace(from, to);
    t.not(changed, whole, from);
    t.not(parseScenario('a.yaml', Buffer.from(changed)).version, version, from);
  }
});

t.test('a refusal names file, line, path, reason and remedy', async (t) => {
  const error = refusalOf((source) => source.replace(/^ {2}toolWait: .*$/m, "  toolWait: ''"));
  t.equal(error.code, 'DW_SCENARIO');
  t.match(error.message, `a.yaml:${lineOf(whole, 'toolWait')}: phrases.toolWait`);
  t.match(error.message, 'Compare it with scenarios/attendance-ja.yaml');
});

const refusals: readonly {
  readonly name: string;
  readonly change: (source: string) => string;
  readonly says: string | RegExp;
}[] = [
  { name: 'text that is no YAML', change: (s) => `${s}\n  : [`, says: 'is no YAML' },
  { name: 'a list instead of a mapping', change: () => '- a\n- b\n', says: 'a.yaml:1: is no mapping' },
  { name: 'an empty file', change: () => '', says: 'is no mapping' },
  { name: 'a key twice', change: (s) => `${s}\nid: other\n`, says: 'is no YAML' },
  { name: 'a missing phrase', change: (s) => s.replace(/^ {2}toolWait: .*$/m, ''), says: 'lacks toolWait' },
  { name: 'an unknown key', change: (s) => `${s}\ncolour: red\n`, says: 'has the unknown key colour' },
  {
    name: 'a misspelt phrase',
    change: (s) => s.replace('  reprompt:', '  repromt:'),
    says: /phrases (lacks reprompt|has the unknown key repromt)/,
  },
  {
    name: 'a blank phrase',
    change: (s) => s.replace(/^ {2}toolWait: .*$/m, "  toolWait: '  '"),
    says: 'phrases.toolWait is blank',
  },
  {
    name: 'an unknown name in braces',
    change: (s) => s.replace('担当者におつなぎ', '{name}におつなぎ'),
    says: 'phrases.transferAnnounce has an unknown name',
  },
  {
    name: 'a phrase of more than 120 characters',
    change: (s) => s.replace(/^ {2}toolWait: .*$/m, `  toolWait: ${'あ'.repeat(121)}`),
    says: 'phrases.toolWait has 121 characters, more than 120',
  },
  {
    name: 'a greeting of more than 75 characters',
    change: (s) =>
      s.replace('ご用件をお聞かせください。', 'ご用件をお聞かせくださいますようお願いいたします。'),
    says: 'greeting has 78 characters, more than 75',
  },
  {
    name: 'a phrase over several lines',
    change: (s) => s.replace(/^ {2}toolWait: .*$/m, '  toolWait: |\n    一\n    二'),
    says: 'phrases.toolWait has a line break',
  },
  {
    name: 'a notice that the greeting does not say',
    change: (s) => s.replace('text: AIが', 'text: 人が'),
    says: 'notice.text does not occur in the greeting',
  },
  {
    name: 'a farewell without a marker',
    change: (s) => s.replace('それでは失礼いたします。', 'それではまた。'),
    says: 'farewellMarkers names nothing of the farewell',
  },
  {
    name: 'an unknown turn detection',
    change: (s) => s.replace('type: semantic_vad', 'type: magic'),
    says: 'turnDetection',
  },
  {
    name: 'a threshold out of range',
    change: (s) =>
      s.replace(
        /type: semantic_vad\n {2}eagerness: auto/,
        'type: server_vad\n  threshold: 2\n  prefixPaddingMs: 300\n  silenceDurationMs: 500',
      ),
    says: 'turnDetection',
  },
  { name: 'a tool name with a blank', change: (s) => s.replace('- end_call', '- end call'), says: 'tools.7' },
  {
    name: 'a keyword twice',
    change: (s) => s.replace('- 会社説明会', '- 採用説明会'),
    says: 'transcription.keywords',
  },
  {
    name: 'an answer of more than 120 characters',
    change: (s) => s.replace('answer: 選考については', `answer: ${'あ'.repeat(121)}`),
    says: /faq\.3\.answer has \d+ characters, more than 120/,
  },
  {
    name: 'a transfer target twice',
    change: (s) =>
      s.replace('transfers:', 'transfers:\n  - { key: recruiter, label: 人事部, when: 急ぎのとき }'),
    says: 'transfers.1.key stands there already',
  },
  {
    name: 'a telephone number as the key of a target',
    change: (s) => s.replace('key: recruiter', "key: '+81312340000'"),
    says: 'transfers.0.key',
  },
  {
    name: 'an unknown proof of identity',
    change: (s) => s.replace('identity: strict', 'identity: { read: [[name, age]], change: [[name]] }'),
    says: 'identity',
  },
  {
    name: 'a limit that the service does not take',
    change: (s) => s.replace('callSeconds: 600', 'callSeconds: 36000'),
    says: 'limits.callSeconds',
  },
  {
    name: 'an id with capitals',
    change: (s) => s.replace('id: attendance-ja', 'id: Attendance'),
    says: 'id',
  },
  {
    name: 'an alias',
    change: (s) =>
      s
        .replace('organisation: 採用事務局', 'organisation: &o 採用事務局')
        .replace('- ごめんくださいませ', '- *o'),
    says: 'has an alias',
  },
];

for (const { name, change, says } of refusals) {
  t.test(`refuses ${name}`, async (t) => {
    const error = refusalOf(change);
    t.equal(error.code, 'DW_SCENARIO');
    t.match(error.message, says);
    t.match(error.message, /^a\.yaml:\d+: /);
  });
}

t.test('refuses a file that cannot be read, naming it and SCENARIO', async (t) => {
  await t.rejects(loadScenario('no-such', packageRoot()), {
    code: 'DW_SCENARIO',
    message: /scenarios.no-such\.yaml: cannot be read.*SCENARIO/,
  });
});
