import type { StoreWeather } from './store-model/connection.ts';

/** How OpenAI's REST side answers. Probabilities per request. */
export interface ApiWeather {
  /** Nothing is reached: the connection is refused. */
  readonly down: boolean;
  /** 503 before anything was done. */
  readonly unavailable: number;
  /** 503 after it was done. */
  readonly doneUnavailable: number;
  /** The request or its answer is lost: half of each. */
  readonly lost: number;
  readonly rateLimited: number;
  /** Longest way there or back, ms. */
  readonly delayMs: number;
}

/** How sidebands fare. */
export interface WireWeather {
  /** Handshakes that fail, by probability. */
  readonly refused: number;
  /** Longest way there or back, ms. */
  readonly delayMs: number;
}

/** What the faults turn, and the ways between the machines ask. */
export interface Weather {
  api: ApiWeather;
  wires: WireWeather;
  store: StoreWeather;
  /** Processes that are cut off from the store while the others reach it. */
  readonly storeless: Set<string>;
  /** The way to the store is bad until then, for somebody, virtual ms. */
  storeFaultUntil: number;
}

/** A good day. */
export const CALM: Omit<Weather, 'storeless' | 'storeFaultUntil'> = {
  api: { down: false, unavailable: 0, doneUnavailable: 0, lost: 0, rateLimited: 0, delayMs: 60 },
  wires: { refused: 0, delayMs: 40 },
  store: { state: 'up', delayMs: 3, flake: 0 },
};
