import { type Selectable, sql } from 'kysely';
import type { Briefing } from '../../briefing/briefing.ts';
import type { Page, Paged } from '../briefing-ports.ts';
import type { StoreContext } from '../context.ts';
import { storable, storableOrNull } from '../text.ts';
import { noteEdit } from './audit-edits.ts';
import { readPage, toPaged } from './cursor.ts';
import { toBriefing } from './rows.ts';
import type { BriefingsTable } from './tables.ts';

export async function putBriefing(context: StoreContext, briefing: Briefing): Promise<void> {
  const row: BriefingsTable = {
    briefing_id: storable(briefing.briefingId),
    title: storable(briefing.title),
    company: storable(briefing.company),
    place: storableOrNull(briefing.place),
    online_url: storableOrNull(briefing.onlineUrl),
    what_to_bring: storableOrNull(briefing.whatToBring),
    dress: storableOrNull(briefing.dress),
    contact: storableOrNull(briefing.contact),
    notices: briefing.notices.map(storable),
    cancel_deadline_minutes: briefing.cancelDeadlineMinutes,
  };
  const { briefing_id: _, ...data } = row;
  await context.run('putBriefing', async () =>
    context.db
      .insertInto('briefings')
      .values(row)
      .onConflict((conflict) => conflict.column('briefing_id').doUpdateSet(data))
      .execute(),
  );
  noteEdit(context, 'briefing.stored', { briefing_id: row.briefing_id });
}

export async function getBriefing(context: StoreContext, briefingId: string): Promise<Briefing | null> {
  return context.run('getBriefing', async () => {
    const { rows } = await sql<Selectable<BriefingsTable>>`
      select * from briefings where briefing_id = ${storable(briefingId)}`.execute(context.db);
    return rows[0] === undefined ? null : toBriefing(rows[0]);
  });
}

export async function listBriefings(context: StoreContext, page: Page): Promise<Paged<Briefing>> {
  const { after, limit } = readPage(page, 2);
  return context.run('listBriefings', async () => {
    const { rows } = await sql<Selectable<BriefingsTable>>`
      select * from briefings
      where ${after === null}::boolean
        or (title collate "C", briefing_id collate "C") > (${after?.[0] ?? ''}::text, ${after?.[1] ?? ''}::text)
      order by title collate "C", briefing_id collate "C"
      limit ${limit + 1}`.execute(context.db);
    return toPaged(rows, limit, (row) => [row.title, row.briefing_id], toBriefing);
  });
}
