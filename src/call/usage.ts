import type { Recorder } from '../audit/recorder.ts';
import type { TokenUsage } from '../realtime/events.ts';
import { responseCost, transcriptionCost } from '../realtime/prices.ts';
import type { CallServices } from './services.ts';

/** Turns the API's counts into usage rows and figures: one row per response, and per transcription. */
export class UsageMeter {
  readonly #callId: string;
  readonly #epoch: number;
  readonly #services: CallServices;
  readonly #book: Pick<Recorder, 'usage'>;

  constructor(callId: string, epoch: number, services: CallServices, book: Pick<Recorder, 'usage'>) {
    this.#callId = callId;
    this.#epoch = epoch;
    this.#services = services;
    this.#book = book;
  }

  response(responseId: string, usage: TokenUsage | null): void {
    const { model } = this.#services.plan;
    if (usage !== null) this.#record(responseId, 'response', model, usage, responseCost(model, usage));
  }

  transcription(itemId: string, usage: TokenUsage | null): void {
    const model = this.#services.plan.transcriptionModel;
    if (usage !== null) this.#record(itemId, 'transcription', model, usage, transcriptionCost(model, usage));
  }

  #record(
    usageKey: string,
    kind: 'response' | 'transcription',
    model: string,
    usage: TokenUsage,
    costUsd: number | null,
  ): void {
    const { observer, clock } = this.#services;
    this.#book.usage({
      callId: this.#callId,
      epoch: this.#epoch,
      usageKey,
      model,
      kind,
      ...usage,
      costUsd,
      at: clock.now(),
    });
    observer.usage(model, kind, usage, costUsd);
  }
}
