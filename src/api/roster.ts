import Type from 'typebox';
import { ATTENDANCE_STATUSES } from '../briefing/attendance-status.ts';
import { CHANGE_SOURCES } from '../briefing/registration.ts';
import { keptSlots } from '../briefing/roster-plan.ts';
import type { ImportReport } from '../roster/import-roster.ts';
import { FIELDS, mapColumns, readColumnRule, type Columns, type Field } from '../roster/columns.ts';
import { readTable, type Table } from '../roster/csv-read.ts';
import { decodeText, encodeCp932, encodeUtf8, type TextEncoding } from '../roster/encoding.ts';
import { MAX_ROWS } from '../roster/import-roster.ts';
import { slotView } from './briefings.ts';
import { ApiProblem } from './problem.ts';
import { Id, oneOf } from './shapes.ts';

/** Names what an import would do, in the answer of a dry run and in the request that applies it. */
export const PlanId = Type.String({
  pattern: '^[A-Za-z0-9_-]{22}$',
  description: 'Of all that an import would do. A dry run tells it.',
});

/** Rows of an import by verdict. */
export const RosterCountsSchema = Type.Object({
  new: Type.Integer(),
  changed: Type.Integer(),
  unchanged: Type.Integer(),
  refused: Type.Integer(),
});

/** A row that is refused. */
export const RosterRefusal = Type.Object({ line: Type.Integer(), reason: Type.String() });

/** What an import did, or would do. */
export const RosterReportSchema = Type.Object(
  {
    applied: Type.Boolean(),
    plan_id: PlanId,
    counts: RosterCountsSchema,
    created_slots: Type.Array(Type.Object({ slot_id: Id, starts_at: Type.String() })),
    rows: Type.Array(
      Type.Object({
        line: Type.Integer(),
        verdict: Type.String({ description: 'new or changed; unchanged rows are counted only.' }),
        slot_id: Type.Union([Type.String(), Type.Null()]),
        fields: Type.Array(Type.String(), { description: 'Fields of the applicant that change.' }),
      }),
    ),
    kept: Type.Array(
      Type.Object({
        line: Type.Integer(),
        registration_id: Id,
        status: oneOf(ATTENDANCE_STATUSES),
        decided_by: oneOf(CHANGE_SOURCES, 'import: a status that a roster brought.'),
      }),
      {
        description:
          'Rows that name another slot than the one that was decided on: nobody is moved, and they count as unchanged unless other fields change.',
      },
    ),
    refused: Type.Array(RosterRefusal),
    ignored_columns: Type.Array(Type.String()),
  },
  { $id: 'RosterReport' },
);

/** A CSV body, read. */
export interface RosterFile {
  readonly table: Table;
  readonly columns: Columns;
  readonly encoding: TextEncoding;
}

/**
 * Reads the bytes of a roster.
 *
 * @param rules `field=header` for columns that are called otherwise
 * @throws ApiProblem when they are no list, or too long a one
 */
export function readRosterFile(bytes: Uint8Array, rules: readonly string[]): RosterFile {
  const given = rules.map(columnRule);
  const decoded = decodeText(bytes);
  if (decoded === null) throw wrong('is neither UTF-8 nor CP932 (Shift_JIS)');
  const result = readTable(decoded.text);
  if ('problem' in result) {
    throw wrong(result.line === null ? result.problem : `line ${result.line}: ${result.problem}`);
  }
  const { table } = result;
  const columns = mapColumns(table.header, new Map(given));
  if ('problem' in columns) throw wrong(columns.problem);
  if (columns.at.size === 0) throw wrong('its first line names no known column');
  if (table.rows.length > MAX_ROWS)
    throw new ApiProblem('too_large', { detail: `more than ${MAX_ROWS} rows` });
  return { table, columns, encoding: decoded.encoding };
}

function columnRule(rule: string, index: number): readonly [header: string, field: Field] {
  const read = readColumnRule(rule);
  if (read !== null) return read;
  const detail = `must be FIELD=HEADER; fields are ${FIELDS.join(', ')}`;
  throw new ApiProblem('invalid_request', { errors: [{ pointer: `/querystring/column/${index}`, detail }] });
}

export function rosterView(report: ImportReport, columns: Columns) {
  return {
    applied: report.applied,
    plan_id: report.planId,
    counts: report.counts,
    created_slots: report.created.map((slot) => {
      const { slot_id, starts_at } = slotView({ ...slot, taken: 0, free: null, waiting: 0 });
      return { slot_id, starts_at };
    }),
    rows: report.plan.entries.flatMap((entry) => {
      if (entry.verdict === 'new') {
        return [{ line: entry.line, verdict: 'new', slot_id: entry.slotId, fields: [] }];
      }
      if (entry.verdict !== 'changed') return [];
      const { line, toSlotId, fields } = entry;
      return [{ line, verdict: 'changed', slot_id: toSlotId, fields: [...fields] }];
    }),
    kept: keptSlots(report.plan).map(({ line, registrationId, status, by }) => {
      return { line, registration_id: registrationId, status, decided_by: by };
    }),
    refused: report.refused.map(({ line, reason }) => ({ line, reason })),
    ignored_columns: [...columns.ignored],
  };
}

/**
 * A list as bytes for a spreadsheet.
 *
 * @throws ApiProblem naming the characters that CP932 does not have
 */
export function encodeList(text: string, encoding: 'utf-8' | 'cp932'): Uint8Array {
  if (encoding === 'utf-8') return encodeUtf8(text);
  const result = encodeCp932(text);
  if ('bytes' in result) return result.bytes;
  const codes = result.unmappable.map((sign) => `U+${sign.codePointAt(0)?.toString(16).toUpperCase() ?? ''}`);
  throw new ApiProblem('unmappable', { detail: 'ask for encoding=utf-8', more: { characters: codes } });
}

function wrong(detail: string): ApiProblem {
  return new ApiProblem('invalid_request', { errors: [{ pointer: '/body', detail }] });
}
