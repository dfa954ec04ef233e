import type { Scenario } from './scenario.ts';

/**
 * The scenario on a day: a model knows no calendar, and would guess what 明日 or a date without a year means. It stands
 * last, so that what comes before it stays the same from day to day and is read from the model's cache.
 *
 * @param today as it is said, with year and weekday
 * @param iso the same as `YYYY-MM-DD`
 */
export function withToday(scenario: Scenario, today: string, iso: string): Scenario {
  return Object.freeze({
    ...scenario,
    instructions: `${scenario.instructions}\n\n# 今日の日付\n今日は${today}です（日本時間、${iso}）。「明日」や年のない日付は、この日から数えます。`,
  });
}
