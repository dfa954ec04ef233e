import type { BriefingStore } from '../store/briefing-ports.ts';

/** Briefings whose names are told to transcription; a line serves few at a time. */
const MAX_BRIEFINGS = 20;
/** Briefings read in one part while those that are to come are looked for. */
const PAGE = 100;
/** Parts read at most: old briefings must not make the search long. */
const MAX_PAGES = 5;

/**
 * Titles, companies and places of the briefings that are to come: what callers may say. Nothing of any applicant.
 *
 * @param now ms
 */
export async function briefingNames(briefings: BriefingStore, now: number): Promise<string[]> {
  const names = new Set<string>();
  let after: string | null = null;
  let found = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items, next } = await briefings.listBriefings({ after, limit: PAGE });
    for (const briefing of items) {
      const slots = await briefings.listSlots(briefing.briefingId, now);
      if (slots.length === 0) continue;
      for (const name of [
        briefing.title,
        briefing.company,
        briefing.place,
        ...slots.map(({ place }) => place),
      ]) {
        if (name !== null) names.add(name);
      }
      found += 1;
      if (found >= MAX_BRIEFINGS) return [...names];
    }
    if (next === null) break;
    after = next;
  }
  return [...names];
}
