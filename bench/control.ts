/** The tool that both targets are asked to run. */
export const TOOL_NAME = 'bench_look_up';

/** What the meter may ask a target, over the private channel to the process that runs it. */
export type Ask = 'usage' | 'collect' | 'settle';

/** `cpuUs`: CPU time of the whole process so far, user and system, µs. `rss`: bytes. */
export interface Usage {
  readonly cpuUs: number;
  readonly rss: number;
}

export interface Question {
  readonly id: number;
  readonly ask: Ask;
  /** Calls that are held on purpose, and that settling does not wait for. */
  readonly held: number;
}

export type Reply = { readonly ready: number } | { readonly id: number; readonly usage: Usage };

/** How the meter tells a target where OpenAI's side stands: environment variables, as for a real process. */
export interface TargetEnvironment {
  /** `http://127.0.0.1:<port>/v1` */
  readonly OPENAI_BASE_URL: string;
  readonly OPENAI_API_KEY: string;
  readonly OPENAI_WEBHOOK_SECRET: string;
  /** The floor has none. */
  readonly DATA_DIR: string;
}

/** Announces the port and answers questions from now on. A parent that is gone ends the process. */
export function serveControl(port: number, settle: (held: number) => Promise<void>): void {
  process.on('message', (question: Question) => {
    void answer(question, settle);
  });
  process.on('disconnect', () => process.exit());
  tell({ ready: port });
}

async function answer({ id, ask, held }: Question, settle: (held: number) => Promise<void>): Promise<void> {
  if (ask === 'settle') await settle(held);
  if (ask === 'collect') collect();
  const { user, system } = process.cpuUsage();
  tell({ id, usage: { cpuUs: user + system, rss: process.memoryUsage.rss() } });
}

/** Twice: the first run finds what finalisers hold. */
function collect(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}

function tell(reply: Reply): void {
  process.send?.(reply);
}
