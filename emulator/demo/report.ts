import type { CallRecord, ToolCallRecord, TurnRecord } from '../../src/store/ports.ts';
import type { Screen } from './screen.ts';
import { renderTable, type Column } from './table.ts';
import type { CallFacts } from './verdict.ts';

const ROLES: Readonly<Record<TurnRecord['role'], string>> = {
  caller: '応募者',
  agent: '電話番',
  tool: 'ツール',
  keypad: 'ボタン',
  system: 'システム',
};

const STATUSES: Readonly<Record<TurnRecord['status'], string>> = {
  complete: '最後まで',
  cut: '中断',
  partial: '終わり不明',
};

/** Indentation of tables, columns. */
const INDENT = 2;

type Numbered = readonly { readonly number: string; readonly facts: CallFacts }[];

/** Prints all that the store holds of the calls: calls, turns, tool ledger, messages. */
export function printStored(screen: Screen, calls: readonly CallFacts[]): void {
  printCalls(screen, calls);
  printTurns(screen, numbered(calls));
  section(
    screen,
    'ツール台帳 tool ledger',
    [{ title: '#', align: 'right' }, { title: 'ツール' }, { title: '結果' }, { title: '引数', fill: 'cut' }],
    numbered(calls).flatMap(({ number, facts }) => facts.tools.map((tool) => toolRow(number, tool))),
  );
  printMessages(screen, calls);
}

/** Prints how the calls ended. */
export function printCalls(screen: Screen, calls: readonly CallFacts[]): void {
  section(
    screen,
    '通話 calls',
    [
      { title: '#', align: 'right' },
      { title: '状態' },
      { title: '終了理由', fill: 'cut' },
      { title: '告知' },
      { title: '通話時間', align: 'right' },
      { title: 'US$', align: 'right' },
      { title: '発信者' },
    ],
    numbered(calls).flatMap(({ number, facts: { call } }) => (call === null ? [] : [callRow(number, call)])),
  );
}

/** Prints the messages that callers left for the team. */
export function printMessages(screen: Screen, calls: readonly CallFacts[]): void {
  section(
    screen,
    '伝言 messages',
    [
      { title: '#', align: 'right' },
      { title: 'お名前' },
      { title: '折り返し先' },
      { title: '本文', fill: 'wrap' },
    ],
    numbered(calls).flatMap(({ number, facts }) =>
      facts.messages.map(({ callerName, callbackNumber, body }) => [
        number,
        callerName ?? '—',
        callbackNumber ?? '—',
        body,
      ]),
    ),
  );
}

function printTurns(screen: Screen, calls: Numbered): void {
  section(
    screen,
    '発話 turns',
    [
      { title: '#', align: 'right' },
      { title: '秒', align: 'right' },
      { title: '話者' },
      { title: '再生' },
      { title: '言葉', fill: 'cut' },
    ],
    calls.flatMap(({ number, facts }) =>
      facts.turns.map((turn) => turnRow(number, turn, facts.call?.liveAt ?? turn.startedAt)),
    ),
  );
  if (calls.some(({ facts }) => facts.turns.some(({ status }) => status === 'partial'))) {
    screen.paragraph(
      `${STATUSES.partial}: 監視回線か通話が切れて、終わりを確かめられなかった発話 (its end could not be observed)`,
      INDENT,
    );
  }
}

function numbered(calls: readonly CallFacts[]): Numbered {
  return calls.map((facts, index) => ({ number: String(index + 1), facts }));
}

function section(
  screen: Screen,
  title: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): void {
  const { paint } = screen;
  const lead = ' '.repeat(INDENT);
  if (rows.length === 0) {
    screen.lines('', lead + paint.bold(title), `${lead}—`);
    return;
  }
  const [head = '', rule = '', ...body] = renderTable(columns, rows, screen.columns - INDENT);
  screen.lines('', lead + paint.bold(title), lead + paint.dim(head), lead + paint.dim(rule));
  screen.lines(...body.map((line) => lead + line));
}

function callRow(number: string, call: CallRecord): string[] {
  return [
    number,
    call.state,
    `${call.endReason ?? '—'} (${call.endParty ?? '—'})`,
    call.noticeProof,
    durationOf(call),
    call.costUsd === null ? '—' : call.costUsd.toFixed(4),
    call.callerNumber ?? '非通知',
  ];
}

/** From the sideband's first word to the end. */
function durationOf({ liveAt, endedAt }: CallRecord): string {
  return liveAt === null || endedAt === null ? '—' : `${((endedAt - liveAt) / 1_000).toFixed(1)} 秒`;
}

function turnRow(number: string, turn: TurnRecord, start: number): string[] {
  return [
    number,
    ((turn.startedAt - start) / 1_000).toFixed(1),
    ROLES[turn.role],
    turn.role === 'agent' ? STATUSES[turn.status] : '',
    turn.text,
  ];
}

function toolRow(number: string, tool: ToolCallRecord): string[] {
  return [number, tool.name, tool.status, tool.arguments];
}
