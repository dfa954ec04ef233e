import { type Selectable, sql } from 'kysely';
import type { Applicant } from '../briefing/applicant.ts';
import {
  findApplicantByReservationCode,
  findApplicantsByPhone,
  getApplicant,
} from './briefing/applicants.ts';
import { toApplicant } from './briefing/rows.ts';
import type { ApplicantsTable } from './briefing/tables.ts';
import type { StoreContext } from './context.ts';
import type { Person, PersonQuery } from './person-ports.ts';
import { storable } from './text.ts';

/** People who are shown when several may be meant. */
const MAX_FOUND = 20;

/** Everybody who may be meant. */
export async function findPeople(context: StoreContext, query: PersonQuery): Promise<Person[]> {
  const applicants = await findApplicants(context, query);
  if (query.by === 'phone' && applicants.length === 0) {
    const person = { applicant: null, numbers: [query.phone] };
    return (await hasTrace(context, query.phone)) ? [person] : [];
  }
  return applicants.map((applicant) => ({ applicant, numbers: applicant.phones }));
}

async function findApplicants(context: StoreContext, query: PersonQuery): Promise<Applicant[]> {
  switch (query.by) {
    case 'id':
      return orNone(await getApplicant(context, query.applicantId));
    case 'code':
      return orNone(await findApplicantByReservationCode(context, query.code));
    case 'phone':
      return findApplicantsByPhone(context, query.phone);
    case 'externalId':
      return findByExternalId(context, query.externalId, query.source);
  }
}

function orNone(applicant: Applicant | null): Applicant[] {
  return applicant === null ? [] : [applicant];
}

async function findByExternalId(
  context: StoreContext,
  externalId: string,
  source: string | null,
): Promise<Applicant[]> {
  return context.run('person.externalId', async () => {
    const { rows } = await sql<Selectable<ApplicantsTable>>`
      select * from applicants where external_id = ${storable(externalId)}
        and (${source}::text is null or source = ${source}::text)
      order by applicant_id limit ${MAX_FOUND}`.execute(context.db);
    return rows.map(toApplicant);
  });
}

/** Whether anything but the roster knows the number. */
async function hasTrace(context: StoreContext, phone: string): Promise<boolean> {
  return context.run('person.trace', async () => {
    const { rows } = await sql`
      select 1 from calls where caller_number = ${phone}
      union all select 1 from messages where callback_number = ${phone}
      union all select 1 from leads where phone = ${phone}
      union all select 1 from outbound_messages where recipient = ${phone}
      limit 1`.execute(context.db);
    return rows.length > 0;
  });
}
