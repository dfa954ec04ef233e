import type { Placed } from './caller.ts';
import type { Chance } from './chance.ts';
import type { House } from './house.ts';
import type { Options } from './options.ts';
import type { Breach, Tolerance } from './oracle.ts';
import type { Judged } from './report.ts';
import type { Callers, Outcome, Stage } from './scenario.ts';
import { SCENARIOS, type ScenarioName } from './scenarios/index.ts';
import { Traffic } from './traffic.ts';
import { judge } from './verdict.ts';

/** Lines that are busy through all scenarios of the short form. */
const SHORT_LINES = 15;

/** What the course of a run needs. */
export interface CourseParts {
  readonly house: House;
  readonly chance: Chance;
  readonly options: Options;
  progress(text: string): void;
}

/** A scenario that has broken what it breaks. */
interface Ran {
  readonly name: ScenarioName;
  readonly outcome: Outcome;
  /** Monotonic ms. */
  readonly began: number;
  readonly ended: number;
}

/**
 * Runs scenarios one after the other, and tells of each with its verdict. In the long form callers hang up and everything comes
 * to rest after each. In the short form people go on calling from one to the next, and are judged together: there a scenario
 * costs no more than what it breaks.
 */
export async function runCourse(parts: CourseParts, judged: Judged[]): Promise<void> {
  for (const stretch of stretchesOf(parts.options)) {
    const ran: Ran[] = [];
    const crowd =
      parts.options.short && stretch.some((name) => !SCENARIOS[name].alone) ? new Crowd(parts) : null;
    for (const name of stretch) {
      const began = performance.now();
      try {
        const outcome = await SCENARIOS[name].run(stageOf(parts, name, began, crowd));
        ran.push({ name, outcome, began, ended: performance.now() });
      } catch (error) {
        judged.push(failed(name, error, (performance.now() - began) / 1_000));
        return;
      }
    }
    parts.progress(`${stretch.join(', ')}: judging`);
    judged.push(...(await verdictOf(parts.house, ran, (await crowd?.stop()) ?? [])));
  }
}

/** What was broken when a scenario, or the run itself, could not go on. */
export function failed(name: string, error: unknown, seconds: number): Judged {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const breach: Breach = { invariant: 'stop', where: 'the scenario itself', words };
  return { name, calls: 0, seconds, figures: [], breaches: [breach] };
}

/** Scenarios that are judged together. */
function stretchesOf({ short, scenarios }: Options): readonly (readonly ScenarioName[])[] {
  const stretches: ScenarioName[][] = [];
  let open = false;
  for (const name of scenarios) {
    const joins = short && !SCENARIOS[name].alone;
    if (joins && open) stretches.at(-1)?.push(name);
    else stretches.push([name]);
    open = joins;
  }
  return stretches;
}

/** The same people through several scenarios. They begin when the first of them asks for callers. */
class Crowd {
  readonly #parts: CourseParts;
  #traffic: Traffic | null = null;

  constructor(parts: CourseParts) {
    this.#parts = parts;
  }

  get callers(): Callers {
    const { house, chance } = this.#parts;
    this.#traffic ??= new Traffic(house, chance.branch('crowd'), true).start(SHORT_LINES);
    const traffic = this.#traffic;
    return {
      get live() {
        return traffic.live;
      },
      untilLive: async (count, ms) => traffic.untilLive(count, ms),
      stop: async () => [],
    };
  }

  async stop(): Promise<readonly Placed[]> {
    return (await this.#traffic?.stop()) ?? [];
  }
}

function stageOf(parts: CourseParts, name: ScenarioName, began: number, crowd: Crowd | null): Stage {
  const { house, options, progress } = parts;
  const chance = parts.chance.branch(name);
  const { short, minutes, profile } = options;
  return {
    house,
    chance,
    short,
    callers: (lines) => crowd?.callers ?? new Traffic(house, chance.branch('traffic'), short).start(lines),
    profiling: profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
    late: () => minutes !== null && performance.now() - began > minutes * 60_000,
    progress: (text) => progress(`${name}: ${text}`),
  };
}

/** Judges what the scenarios placed themselves and who called through them; each breach stands with one scenario. */
async function verdictOf(
  house: House,
  ran: readonly Ran[],
  crowd: readonly Placed[],
): Promise<readonly Judged[]> {
  const own = ran.flatMap((one) => one.outcome.placed.map((placed) => ({ placed, during: [one] })));
  const all = [
    ...own,
    ...crowd.map((placed) => ({ placed, during: ran.filter((one) => metBy(one, placed)) })),
  ];
  const judgeable = all.map(({ placed, during }) => ({
    placed,
    tolerance: toleranceOf(during.map(({ name }) => SCENARIOS[name].tolerance ?? {})),
  }));
  const breaches = await judge(house, judgeable);
  const scenarioOf = new Map(all.map(({ placed, during }) => [placed.call.id, during[0]?.name]));
  const last = ran.at(-1)?.name;
  return ran.map(({ name, outcome, began, ended }) => ({
    name,
    calls: all.filter(({ during }) => during.some((one) => one.name === name)).length,
    seconds: (ended - began) / 1_000,
    figures: outcome.figures,
    breaches: [
      ...outcome.breaches,
      ...breaches.filter(({ where }) => (scenarioOf.get(where) ?? last) === name),
    ],
  }));
}

function metBy({ began, ended }: Ran, { rangAt, overAt }: Placed): boolean {
  return rangAt <= ended && overAt >= began;
}

/** What any of them lets happen; a duty that only one of them has is not the others'. */
function toleranceOf(tolerances: readonly Tolerance[]): Tolerance {
  return {
    unanswered: tolerances.some(({ unanswered }) => unanswered === true),
    unhelped: tolerances.some(({ unhelped }) => unhelped === true),
    oneAcceptRequest:
      tolerances.length > 0 && tolerances.every(({ oneAcceptRequest }) => oneAcceptRequest === true),
  };
}
