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

/** What can prove who is calling. */
export type ScenarioProof = 'name' | 'university' | 'slot_date' | 'reservation_code' | 'caller_number';

/** What proves who is calling: a rule of ours, or ways of proofs, of which one is enough. */
export type ScenarioIdentity =
  | 'strict'
  | 'without_codes'
  | {
      /** To hear what is reserved. */
      readonly read: readonly (readonly ScenarioProof[])[];
      /** To change it. */
      readonly change: readonly (readonly ScenarioProof[])[];
      /** To do both with a code that is keyed in; none when left out. */
      readonly keyed?: readonly (readonly ScenarioProof[])[];
    };

/** Somebody the caller may be connected to. The number stands in the environment, under the key. */
export interface ScenarioTransfer {
  readonly key: string;
  /** Who that is, as the agent may call them. */
  readonly label: string;
  /** When to connect. */
  readonly when: string;
}

/** What the agent says and may do. Loaded from a file once, frozen, shared by all calls. */
export interface Scenario {
  readonly id: string;
  /** First 16 hex digits of the SHA-256 of the file: stored with every call. */
  readonly version: string;
  /** Who answers: the name in the greeting and in messages. */
  readonly organisation: string;
  /** The whole system prompt. */
  readonly instructions: string;
  /** `null`: as the environment says. */
  readonly voice: { readonly name: string | null; readonly speed: number | null };
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
  /** `strict` asks for the reservation code before anything is changed. */
  readonly identity: ScenarioIdentity;
  /** Empty: every target of the environment is offered by its key. */
  readonly transfers: readonly ScenarioTransfer[];
  /** `null`: as the environment, or the service's own limit, says. */
  readonly limits: {
    readonly callSeconds: number | null;
    readonly functionCalls: number | null;
    /** Messages that a caller may ask for in one call. */
    readonly messages: number | null;
    /** Claims of identity in one call that may name nobody. */
    readonly identityTries: number | null;
  };
  readonly turnDetection: ScenarioTurnDetection;
  readonly transcription: {
    readonly model: string;
    readonly languages: readonly string[];
    readonly keywords: readonly string[];
  };
}
