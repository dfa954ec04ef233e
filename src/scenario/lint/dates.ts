import type { Draft, Rule } from './rule.ts';
import { findAll, speechOf, spokenTexts } from './speech.ts';

const WEEKDAYS = '日月火水木金土';
const DATE = /(?:([\d０-９]{4})(?:年|[/／]))?([\d０-９]{1,2})(?:月|[/／])([\d０-９]{1,2})日?/gu;
/** A day of the month alone; spans such as 8日間 or 3日以内 are none. */
const DAY_ALONE = /(?<![\d０-９月/／年])([\d０-９]{1,2})日(?!間|目|以|ほど|程|前|後|分|ごと|おき|\d)/gu;
/** What may follow a date: a reading in brackets, then the weekday. */
const WEEKDAY_AFTER = /^(?:[（(][ぁ-ん]+[）)])?[（(、 ]?([月火水木金土日])(?:曜|[）)])/u;

/** 4日 and 8日 are mistaken for one another; the weekday tells them apart. */
export const dateWeekday: Rule = {
  id: 'date-weekday',
  severity: 'error',
  about: '日付に曜日がない。4日と8日は電話で聞き違えやすい',
  check: (draft) =>
    [...datesIn(draft), ...daysIn(draft)]
      .filter(({ weekday }) => weekday === null)
      .map(({ path, at, words }) => ({
        path,
        at,
        message: `「${words}」に曜日がありません。`,
        fix: '「11月24日火曜日」のように、日付のすぐあとに曜日を書きます。',
      })),
};

/** A weekday that does not belong to its date. */
export const wrongWeekday: Rule = {
  id: 'wrong-weekday',
  severity: 'error',
  about: '年のある日付の曜日がカレンダーと違う',
  check: (draft) =>
    datesIn(draft).flatMap(({ path, at, words, year, month, day, weekday }) => {
      if (year === null || weekday === null) return [];
      const date = new Date(Date.UTC(year, month - 1, day));
      const right = WEEKDAYS[date.getUTCDay()] ?? '';
      const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
      if (exists && right === weekday) return [];
      return [
        {
          path,
          at,
          message: exists ? `「${words}」は${right}曜日です。` : `「${words}」という日はありません。`,
          fix: exists ? `${right}曜日に直すか、日付を確かめます。` : '日付を確かめます。',
        },
      ];
    }),
};

function datesIn(draft: Draft) {
  return findAll(speechOf(draft), DATE).map(({ path, at, words, groups, text, index }) => {
    const [year, month, day] = groups;
    return {
      path,
      at,
      words,
      year: year === undefined ? null : Number(year.normalize('NFKC')),
      month: Number(month?.normalize('NFKC')),
      day: Number(day?.normalize('NFKC')),
      weekday: weekdayAfter(text, index + words.length),
    };
  });
}

/** Days alone are looked for where they are said for certain: instructions speak of readings. */
function daysIn(draft: Draft) {
  return findAll(spokenTexts(draft), DAY_ALONE).map(({ path, at, words, text, index }) => ({
    path,
    at,
    words,
    weekday: weekdayAfter(text, index + words.length),
  }));
}

function weekdayAfter(text: string, index: number): string | null {
  return WEEKDAY_AFTER.exec(text.slice(index))?.[1] ?? null;
}
