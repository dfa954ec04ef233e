import { ACTUAL_LABELS, ATTENDANCE_LABELS } from '../briefing/attendance-status.ts';
import { REASON_LABELS, type RegistrationEvent } from '../briefing/registration.ts';
import { tokyoTime } from '../briefing/spoken-calendar.ts';
import { writeInstant, writeSlot } from '../roster/slot-text.ts';
import type { PersonCall, PersonFile } from '../store/person-ports.ts';
import type { CallRecord, TurnRecord } from '../store/ports.ts';

/** The file of a person as JSON: instants as text with the offset of Japan. */
export function personJson(file: PersonFile, exportedAt: number): string {
  const whole = { exportedAt, ...file };
  return `${JSON.stringify(whole, (key, value: unknown) => (isInstant(key, value) ? iso(value) : value), 2)}\n`;
}

/** The file of a person in Japanese, to be handed to them. */
export function personText(file: PersonFile, exportedAt: number): string {
  const { person, callsLeftOut } = file;
  const parts = [
    `保有個人データの記録\n作成: ${writeInstant(exportedAt)} (日本時間)`,
    section('基本情報', basics(file)),
    section('申込と履歴', file.registrations.map(registration)),
    section('通話', file.calls.map(call)),
    section(
      '伝言',
      file.messagesTaken.map((message) =>
        lines(
          writeInstant(message.at),
          pair('お名前', message.callerName),
          pair('折り返し先', message.callbackNumber),
          pair('内容', message.body),
        ),
      ),
    ),
    section('お問い合わせ (名簿外)', file.leads.map(lead)),
    section(
      '送信したメッセージ',
      file.messagesSent.map((message) =>
        lines(
          `${writeInstant(message.createdAt)} ${message.recipient} (${SENT[message.state] ?? message.state})`,
          pair('件名', message.subject),
          message.body,
        ),
      ),
    ),
  ];
  if (callsLeftOut > 0)
    parts.push(`ほかの方に関わる可能性がある通話 ${callsLeftOut} 件は、この記録に含めていません。`);
  if (person.applicant === null) parts.push('名簿に登録はありません。');
  return `${parts.join('\n\n')}\n`;
}

const SENT: Readonly<Record<string, string>> = {
  queued: '送信待ち',
  sending: '送信中',
  unknown: '結果を確認中',
  sent: '送信済',
  delivered: '到達',
  failed: '不達',
  dead: '不達',
};

const NOTICES: Readonly<Record<CallRecord['noticeProof'], string>> = {
  pending: '再生前',
  played: '最後まで再生',
  cut: '途中まで再生',
  not_played: '再生なし',
  unproven: '確認できず',
};

const ROLES: Readonly<Record<TurnRecord['role'], string>> = {
  caller: '発信者',
  agent: '電話番',
  tool: 'ツール',
  keypad: 'ボタン',
  system: 'システム',
};

const SOURCES: Readonly<Record<RegistrationEvent['source']['kind'], string>> = {
  caller: '電話',
  team: '担当者',
  system: '自動',
  import: '名簿取込',
};

function basics({ person }: PersonFile): string[] {
  const { applicant, numbers } = person;
  const known =
    applicant === null
      ? []
      : [
          pair('氏名', applicant.name.full),
          pair('フリガナ', applicant.name.fullKana),
          pair('大学', applicant.university),
          pair('学部', applicant.faculty),
          pair('メール', applicant.email),
          pair('受付番号', applicant.reservationCode),
          pair('取込元', applicant.source),
          pair('取込元の ID', applicant.externalId),
          pair('ID', applicant.applicantId),
        ];
  return [lines(...known, pair('電話番号', numbers.join('、')))];
}

function registration(view: PersonFile['registrations'][number]): string {
  const { briefing, slot, registration: now, history } = view;
  const { status, actual, reason } = now;
  return lines(
    `${briefing.title} (${briefing.company}) ${writeSlot(slot)}`,
    pair('状況', ATTENDANCE_LABELS[status]),
    pair('理由', reason === null ? null : REASON_LABELS[reason]),
    pair('当日', actual === null ? null : ACTUAL_LABELS[actual]),
    ...history.map((event) => {
      const { source, to, at } = event;
      const which = source.kind === 'caller' ? ` (通話 ${source.evidence.callId})` : '';
      return `  ${writeInstant(at)} ${ATTENDANCE_LABELS[to.status]} ${SOURCES[source.kind]}${which}`;
    }),
  );
}

function call({ call: record, shared, turns, toolCalls }: PersonCall): string {
  const notice = [
    NOTICES[record.noticeProof],
    record.noticeVersion === null ? null : `版 ${record.noticeVersion}`,
    record.noticePlayedAt === null ? null : writeInstant(record.noticePlayedAt),
  ];
  return lines(
    `${writeInstant(record.claimedAt)} 通話 ${record.callId}${shared ? ' (ほかの方にも関わる可能性あり)' : ''}`,
    pair('発信者番号', record.callerWithheld ? '非通知' : record.callerNumber),
    pair('着信先', record.dialledNumber),
    pair('終了', record.endedAt === null ? null : writeInstant(record.endedAt)),
    pair('AI 応対・記録のお知らせ', notice.filter((part) => part !== null).join('、')),
    ...turns.map((turn) => `  ${ROLES[turn.role]}: ${turn.text}`),
    ...toolCalls.map((tool) => `  [${tool.name}] ${tool.arguments} → ${tool.output ?? ''}`),
  );
}

const TOPICS: Readonly<Record<PersonFile['leads'][number]['contacts'][number]['topic'], string>> = {
  apply: '参加希望',
  reservation: '予約の確認',
  question: '質問',
  callback: '折り返し希望',
  other: 'その他',
};

function lead(one: PersonFile['leads'][number]): string {
  return lines(
    `${one.kanaName} ${one.phone}`,
    pair('大学', one.university),
    ...one.contacts.map(({ at, topic, note }) =>
      `  ${writeInstant(at)} ${TOPICS[topic]} ${note ?? ''}`.trimEnd(),
    ),
  );
}

function section(title: string, entries: readonly string[]): string {
  return `■ ${title}\n${entries.length === 0 ? 'なし' : entries.join('\n\n')}`;
}

function pair(name: string, value: string | null): string | null {
  return value === null || value === '' ? null : `${name}: ${value}`;
}

function lines(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join('\n');
}

function isInstant(key: string, value: unknown): value is number {
  return typeof value === 'number' && (key === 'at' || key.endsWith('At'));
}

/** `2026-11-24T14:00:00+09:00`. */
function iso(instant: number): string {
  const seconds = new Date(instant).toISOString().slice(17, 19);
  const { day, hour, minute } = tokyoTime(instant);
  return `${day}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:${seconds}+09:00`;
}
