/** Faults that wait for a request: those for one call come before those for any. */
export class FaultQueue<Kind extends string, Fault> {
  readonly #any = new Map<Kind, Fault[]>();
  readonly #ofCall = new Map<string, Fault[]>();

  add(kind: Kind, faults: readonly Fault[], callId: string | undefined): void {
    if (callId === undefined) append(this.#any, kind, faults);
    else append(this.#ofCall, `${kind} ${callId}`, faults);
  }

  /** Takes the next fault of a request, or undefined for the ordinary way. */
  take(kind: Kind, callId: string): Fault | undefined {
    return this.#ofCall.get(`${kind} ${callId}`)?.shift() ?? this.#any.get(kind)?.shift();
  }
}

function append<K, Fault>(queues: Map<K, Fault[]>, key: K, faults: readonly Fault[]): void {
  queues.set(key, [...(queues.get(key) ?? []), ...faults]);
}
