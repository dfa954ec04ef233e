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

/** What a target does for the meter. */
export interface Controls {
  /** Waits until all calls but the held ones are over and stored. */
  settle(held: number): Promise<void>;
  /** Stops in good order. */
  close(): Promise<void>;
}

/** Announces the port and answers questions from now on. The process ends when the meter lets go of it. */
export function serveControl(port: number, controls: Controls): void {
  process.on('message', (question: Question) => {
    void answer(question, controls);
  });
  process.on('disconnect', () => {
    void controls.close().then(() => process.exit());
  });
  tell({ ready: port });
}

async function answer({ id, ask, held }: Question, controls: Controls): Promise<void> {
  if (ask === 'settle') await controls.settle(held);
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
