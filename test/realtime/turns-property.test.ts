import fc from 'fast-check';
import t from 'tap';
import {
  TurnSequencer,
  type ResponsePurpose,
  type ResponseRequest,
  type TurnCommand,
} from '../../src/realtime/turns.ts';

const RUNS = 2_000;

interface Running {
  readonly responseId: string;
  readonly key: string | null;
  readonly request: ResponseRequest | null;
  /** Outputs in the conversation when it began. */
  readonly knows: readonly string[];
}

type ToServer = { readonly output: string } | { readonly create: Extract<TurnCommand, { kind: 'create' }> };

type ToClient =
  | { readonly kind: 'created'; readonly responseId: string; readonly key: string | null }
  | { readonly kind: 'done'; readonly responseId: string; readonly completed: boolean }
  | { readonly kind: 'output'; readonly output: string }
  | { readonly kind: 'collision'; readonly key: string | null };

/** The API: answers whenever turn detection likes, refuses a second response, and keeps the order of its events. */
class World {
  readonly turns = new TurnSequencer();
  readonly toServer: ToServer[] = [];
  readonly toClient: ToClient[] = [];
  readonly outputs: string[] = [];
  readonly done: { readonly run: Running; readonly completed: boolean }[] = [];
  /** Begun, in order. */
  readonly begun: Running[] = [];
  readonly wanted: ResponseRequest[] = [];
  readonly began: ResponseRequest[] = [];
  active: Running | null = null;
  speaking = false;
  /** Sent while the caller was speaking. */
  talkedOver = 0;
  outstanding = 0;
  mostOutstanding = 0;
  /** Responses that answered outputs which a completed response had answered before. */
  repeated = 0;
  #count = 0;

  ask(purpose: ResponsePurpose, say: string | null, outputs: readonly string[] = []): void {
    const request = { purpose, say, outputs };
    this.wanted.push(request);
    this.#send(this.turns.request(request));
  }

  /** The caller begins or ceases to speak. */
  callerSpeaks(speaking: boolean): void {
    this.speaking = speaking;
    this.#send(this.turns.callerSpeaks(speaking));
  }

  /** A tool has answered: its output goes out, and the next sentence is asked for. */
  toolAnswers(): void {
    this.#count += 1;
    const output = `call_${this.#count}`;
    this.toServer.push({ output });
    this.ask('tool_result', null, [output]);
  }

  /** Turn detection answers the caller, cutting off what runs, or finds that it may not. */
  callerTurn(interrupts: boolean): void {
    if (this.active !== null && interrupts) this.finish(false);
    if (this.active === null) this.#begin(null, null);
    else this.toClient.push({ kind: 'collision', key: null });
  }

  serverReads(): void {
    const message = this.toServer.shift();
    if (message === undefined) return;
    if ('output' in message) {
      this.outputs.push(message.output);
      this.toClient.push({ kind: 'output', output: message.output });
    } else if (this.active === null) {
      this.#begin(message.create.key, message.create.request);
    } else {
      this.toClient.push({ kind: 'collision', key: message.create.key });
    }
  }

  clientReads(): void {
    const event = this.toClient.shift();
    if (event === undefined) return;
    switch (event.kind) {
      case 'created':
        if (event.key !== null) this.outstanding -= 1;
        this.turns.created(event.responseId, event.key);
        return;
      case 'done':
        this.#send(this.turns.done(event.responseId, event.completed));
        return;
      case 'output':
        this.turns.outputAdded(event.output);
        return;
      case 'collision':
        if (event.key !== null) this.outstanding -= 1;
        this.#send(this.turns.failed(event.key, 'conversation_already_has_active_response'));
    }
  }

  /** Ours are never cut off here: asking again after a failure is not the sequencer's business. */
  finish(completed: boolean): void {
    const run = this.active;
    if (run === null) return;
    this.active = null;
    const whole = completed || run.request !== null;
    this.done.push({ run, completed: whole });
    this.toClient.push({ kind: 'done', responseId: run.responseId, completed: whole });
  }

  /** Generation takes longer than messages are under way: its beginning is known, and what crossed it has arrived. */
  mayFinish(): boolean {
    const known = !this.toClient.some(
      (event) => event.kind === 'created' && event.responseId === this.active?.responseId,
    );
    return known && this.toServer.length === 0;
  }

  drain(): void {
    for (let i = 0; i < 1_000; i += 1) {
      while (this.toServer.length > 0 || this.toClient.length > 0) {
        this.serverReads();
        this.clientReads();
      }
      if (this.active === null) return;
      this.finish(true);
    }
    throw new Error('responses without end');
  }

  answers(output: string): number {
    return this.done.filter(
      ({ run, completed }) => completed && (run.request?.say ?? null) === null && run.knows.includes(output),
    ).length;
  }

  #begin(key: string | null, request: ResponseRequest | null): void {
    this.#count += 1;
    const run = { responseId: `resp_${this.#count}`, key, request, knows: [...this.outputs] };
    const { outputs } = request ?? { outputs: [] };
    if (request?.purpose === 'tool_result' && outputs.every((output) => this.answers(output) > 0))
      this.repeated += 1;
    if (request !== null) this.began.push(request);
    this.begun.push(run);
    this.active = run;
    this.toClient.push({ kind: 'created', responseId: run.responseId, key });
  }

  #send(commands: readonly TurnCommand[]): void {
    for (const command of commands) {
      if (command.kind !== 'create') continue;
      if (this.speaking && command.request.purpose !== 'closing') this.talkedOver += 1;
      this.outstanding += 1;
      this.mostOutstanding = Math.max(this.mostOutstanding, this.outstanding);
      this.toServer.push({ create: command });
    }
  }
}

type Act = (world: World) => void;

const act = fc.constantFrom<Act>(
  (world) => world.serverReads(),
  (world) => world.clientReads(),
  (world) => world.serverReads(),
  (world) => world.clientReads(),
  (world) => world.clientReads(),
  (world) => {
    if (world.mayFinish()) world.finish(true);
  },
  (world) => {
    if (world.mayFinish()) world.finish(false);
  },
  (world) => world.callerSpeaks(true),
  (world) => world.callerSpeaks(false),
  (world) => world.callerTurn(true),
  (world) => world.callerTurn(false),
  (world) => world.toolAnswers(),
  (world) => world.ask('reply', null),
  (world) => world.ask('filler', 'お待ちください。'),
  (world) => world.ask('reprompt', 'もしもし。'),
  (world) => world.ask('transfer_failed', 'つながりませんでした。'),
);

const acts = fc.array(act, { minLength: 1, maxLength: 80, size: 'max' });

function played(all: readonly Act[]): World {
  const world = new World();
  for (const one of all) one(world);
  world.callerSpeaks(false);
  world.drain();
  return world;
}

t.test('never are two requests outstanding', async () => {
  fc.assert(
    fc.property(acts, (all) => played(all).mostOutstanding <= 1),
    { numRuns: RUNS },
  );
});

t.test('nothing but the goodbye is asked for while the caller speaks', async () => {
  fc.assert(
    fc.property(acts, (all) => played(all).talkedOver === 0),
    { numRuns: RUNS },
  );
});

t.test('no request is lost but those that another answer makes pointless', async () => {
  fc.assert(
    fc.property(acts, (all) => {
      const world = played(all);
      const asked = world.wanted.filter(({ purpose }) => purpose === 'transfer_failed').length;
      const said = world.began.filter(({ purpose }) => purpose === 'transfer_failed').length;
      return asked === 0 ? said === 0 : said >= 1 && said <= asked;
    }),
    { numRuns: RUNS },
  );
});

t.test('the output of every tool is answered by a response that knows it', async () => {
  fc.assert(
    fc.property(acts, (all) => {
      const world = played(all);
      return world.outputs.every((output) => world.answers(output) > 0);
    }),
    { numRuns: RUNS },
  );
});

t.test('what was answered is not answered again', async () => {
  fc.assert(
    fc.property(acts, (all) => played(all).repeated === 0),
    { numRuns: RUNS },
  );
});

t.test('in the end nothing waits, nothing runs, nothing is uncertain', async () => {
  fc.assert(
    fc.property(acts, (all) => {
      const { turns } = played(all);
      return !turns.busy && turns.waiting === 0 && !turns.uncertain;
    }),
    { numRuns: RUNS },
  );
});

t.test('the last goodbye is asked for, whatever was going on', async () => {
  fc.assert(
    fc.property(acts, (all) => {
      const world = new World();
      for (const one of all) one(world);
      world.ask('closing', '失礼いたします。');
      world.drain();
      return world.began.at(-1)?.purpose === 'closing';
    }),
    { numRuns: RUNS },
  );
});
