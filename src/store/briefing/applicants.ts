import { type Insertable, type Selectable, type SqlBool, sql } from 'kysely';
import { type Applicant, type ApplicantData, reservationCodeKey } from '../../briefing/applicant.ts';
import { spokenCodeKey } from '../../briefing/identity-code.ts';
import { searchKey } from '../../briefing/search-key.ts';
import type { Page, Paged, PutApplicantResult } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { storable, storableOrNull } from '../text.ts';
import { noteEdit } from './audit-edits.ts';
import { readPage, toPaged } from './cursor.ts';
import { toApplicant } from './rows.ts';
import type { ApplicantsTable } from './tables.ts';

/** People who share a telephone: more than a family or a dormitory are a mistake in the roster. */
const MAX_PER_PHONE = 20;

/** People whose codes sound alike (A0 and AO): more are a mistake in the roster. */
const MAX_PER_CODE = 10;

/** Columns of an applicant but id and version. */
export type ApplicantColumns = Omit<Insertable<ApplicantsTable>, 'applicant_id' | 'version'>;

export function applicantColumns(data: ApplicantData): ApplicantColumns {
  const { name } = data;
  return {
    full_name: storable(name.full),
    family_name: storableOrNull(name.family),
    given_name: storableOrNull(name.given),
    full_kana: storableOrNull(name.fullKana),
    family_kana: storableOrNull(name.familyKana),
    given_kana: storableOrNull(name.givenKana),
    kana_key: searchKey(name.fullKana ?? ''),
    university: storableOrNull(data.university),
    faculty: storableOrNull(data.faculty),
    phones: data.phones.map(storable),
    email: storableOrNull(data.email),
    source: storable(data.source),
    external_id: storableOrNull(data.externalId),
    reservation_code: data.reservationCode === null ? null : codeKey(data.reservationCode),
  };
}

export async function putApplicant(
  context: StoreContext,
  data: ApplicantData,
  expected: Pick<Applicant, 'applicantId' | 'version'> | null,
): Promise<PutApplicantResult> {
  const columns = applicantColumns(data);
  const applicantId = expected === null ? context.random.uuid() : storable(expected.applicantId);
  return context.run('putApplicant', async () => {
    const row = await (expected === null
      ? insert(context, applicantId, columns)
      : update(context, applicantId, expected.version, columns));
    if (row !== undefined) {
      noteEdit(context, 'applicant.stored', { applicant_id: applicantId, version: row.version });
      return { outcome: 'stored', applicant: toApplicant(row) };
    }
    return whyNot(context, applicantId, columns, expected !== null);
  });
}

async function insert(
  context: StoreContext,
  applicantId: string,
  columns: ApplicantColumns,
): Promise<Selectable<ApplicantsTable> | undefined> {
  return context.db
    .insertInto('applicants')
    .values({ applicant_id: applicantId, ...columns })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
}

async function update(
  context: StoreContext,
  applicantId: string,
  version: number,
  columns: ApplicantColumns,
): Promise<Selectable<ApplicantsTable> | undefined> {
  return context.db
    .updateTable('applicants')
    .set({ ...columns, version: version + 1 })
    .where('applicant_id', '=', applicantId)
    .where('version', '=', version)
    .where(
      sql<SqlBool>`not exists (select 1 from applicants other where other.applicant_id <> ${applicantId}
        and (other.reservation_code = ${columns.reservation_code}
          or (other.source = ${columns.source} and other.external_id = ${columns.external_id})))`,
    )
    .returningAll()
    .executeTakeFirst();
}

async function whyNot(
  context: StoreContext,
  applicantId: string,
  columns: ApplicantColumns,
  known: boolean,
): Promise<PutApplicantResult> {
  const { rows } = await sql<{ code: boolean; external: boolean; standing: boolean }>`
    select
      exists (select 1 from applicants where applicant_id <> ${applicantId}
        and reservation_code = ${columns.reservation_code}) as code,
      exists (select 1 from applicants where applicant_id <> ${applicantId}
        and source = ${columns.source} and external_id = ${columns.external_id}) as external,
      exists (select 1 from applicants where applicant_id = ${applicantId}) as standing`.execute(context.db);
  const row = rows[0];
  if (known && row?.standing !== true) return { outcome: 'not_found' };
  if (row?.external === true) return { outcome: 'conflict', field: 'externalId' };
  if (row?.code === true) return { outcome: 'conflict', field: 'reservationCode' };
  return { outcome: 'conflict', field: 'version' };
}

export async function getApplicant(context: StoreContext, applicantId: string): Promise<Applicant | null> {
  return first(context, 'getApplicant', sql`applicant_id = ${storable(applicantId)}`);
}

export async function findApplicantByReservationCode(
  context: StoreContext,
  code: string,
): Promise<Applicant | null> {
  return first(context, 'findApplicantByReservationCode', sql`reservation_code = ${codeKey(code)}`);
}

/** The index `applicants_spoken_code` stands on this expression. */
export async function findApplicantsBySpokenCode(context: StoreContext, code: string): Promise<Applicant[]> {
  const spoken = spokenCodeKey(code);
  const match = sql`reservation_code = ${codeKey(code)}
    or translate(reservation_code, 'OIQ./#+*', '019') = ${storable(spoken ?? codeKey(code))}`;
  return find(context, 'findApplicantsBySpokenCode', match, MAX_PER_CODE);
}

export async function findApplicantByExternalId(
  context: StoreContext,
  source: string,
  externalId: string,
): Promise<Applicant | null> {
  const match = sql`source = ${storable(source)} and external_id = ${storable(externalId)}`;
  return first(context, 'findApplicantByExternalId', match);
}

export async function findApplicantsByPhone(context: StoreContext, phone: string): Promise<Applicant[]> {
  const match = sql`phones @> array[${storable(phone)}::text]`;
  return find(context, 'findApplicantsByPhone', match, MAX_PER_PHONE);
}

export async function listApplicants(context: StoreContext, page: Page): Promise<Paged<Applicant>> {
  const { after, limit } = readPage(page, 2);
  return context.run('listApplicants', async () => {
    const { rows } = await sql<Selectable<ApplicantsTable>>`
      select * from applicants
      where ${after === null}::boolean
        or (kana_key collate "C", applicant_id collate "C") > (${after?.[0] ?? ''}::text, ${after?.[1] ?? ''}::text)
      order by kana_key collate "C", applicant_id collate "C"
      limit ${limit + 1}`.execute(context.db);
    return toPaged(rows, limit, (row) => [row.kana_key, row.applicant_id], toApplicant);
  });
}

function codeKey(code: string): string {
  return storable(reservationCodeKey(code));
}

async function first(
  context: StoreContext,
  name: string,
  match: ReturnType<typeof sql>,
): Promise<Applicant | null> {
  return (await find(context, name, match, 1))[0] ?? null;
}

async function find(
  context: StoreContext,
  name: string,
  match: ReturnType<typeof sql>,
  limit: number,
): Promise<Applicant[]> {
  return context.run(name, async () => {
    const { rows } = await sql<Selectable<ApplicantsTable>>`
      select * from applicants where ${match} order by applicant_id limit ${limit}`.execute(context.db);
    return rows.map(toApplicant);
  });
}
