/** Sentences that the agent is asked to say word for word. */
export interface ScenarioPhrases {
  /** Asked again after the first silence. */
  readonly reprompt: string;
  /** Offered after the second silence. */
  readonly offerKeypad: string;
  /** Said before hanging up on a silent line. */
  readonly silenceClose: string;
  /** The goodbye after end_call. */
  readonly farewell: string;
  /** Said when the longest duration is reached. */
  readonly maxDuration: string;
  /** Said while a slow tool runs. */
  readonly toolWait: string;
  /** Said before the caller is connected to a person. */
  readonly transferAnnounce: string;
  /** Said when the person could not be reached. */
  readonly transferFailed: string;
  /** Said before the call ends because the service stops. */
  readonly serviceClosing: string;
}

/** How the end of the caller's turn is found. Numbers are sent by session.update only: accept refuses them on SIP. */
export type ScenarioTurnDetection =
  | { readonly type: 'semantic_vad'; readonly eagerness: 'low' | 'medium' | 'high' | 'auto' }
  | {
      readonly type: 'server_vad';
      readonly threshold: number;
      readonly prefixPaddingMs: number;
      readonly silenceDurationMs: number;
    };

/** What the agent says and may do. Loaded from a file once, frozen, shared by all calls. */
export interface Scenario {
  readonly id: string;
  /** First 16 hex digits of the SHA-256 of the file: stored with every call. */
  readonly version: string;
  /** The whole system prompt. */
  readonly instructions: string;
  /** Spoken first, word for word: greeting, notices, first question. */
  readonly greeting: string;
  /** The part of the greeting that tells of AI and recording; must occur in `greeting`. */
  readonly notice: { readonly version: string; readonly text: string };
  readonly phrases: ScenarioPhrases;
  /** What an agent's sentence contains when it is a goodbye already, so that it is not said twice. */
  readonly farewellMarkers: readonly string[];
  /** What a caller says over the goodbye without wanting to go on. */
  readonly callerClosings: readonly string[];
  /** Names of the tools that the agent is offered. */
  readonly tools: readonly string[];
  /** What proves who is calling: `strict` asks for the reservation code before anything is changed. */
  readonly identity: 'strict' | 'without_codes';
  readonly turnDetection: ScenarioTurnDetection;
  readonly transcription: {
    readonly model: string;
    readonly languages: readonly string[];
    readonly keywords: readonly string[];
  };
}
