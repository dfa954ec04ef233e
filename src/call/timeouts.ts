/** Waits of one conversation, in ms. What an operator may change is in the configuration instead. */

/** The greeting has to start by then: longer silence after the ring makes callers hang up. */
export const GREETING_START_MS = 5_000;
/** The place of a message of ours is told within one round trip; past this the call goes on without knowing it. */
export const NOTE_MS = 1_500;
/** A greeting that was asked for on the sideband before shows itself by then: a model begins within half a second. */
export const SIGN_MS = 1_500;
/** Longest greeting; past it the end of its playback is taken as lost. */
export const GREETING_PLAY_MS = 45_000;
/** Turn detection answers within a second or two; past this the response is asked for by hand. */
export const REPLY_MS = 6_000;
/** A caller who speaks this long without a pause does not keep back any longer what others wait to say. */
export const SPEECH_MS = 20_000;
/** What was said is in the conversation by then, or was no speech. */
export const COMMIT_MS = 2_000;
/** A response that neither speaks nor ends by then is stuck and is cancelled. */
export const SPEAK_MS = 15_000;
/** Longest single utterance; past it the end of its playback is taken as lost. */
export const PLAYBACK_MS = 60_000;
/** What was playing when the sideband was lost has mostly ended by then; nobody may tell when, ms. */
export const RESUMED_PLAYBACK_MS = 8_000;
/** Responses are asked for again this long after the API failed one, doubled each time. */
export const RETRY_MS = 1_000;
/** Failed, stuck or missing responses in a row after which the model is given up. */
export const MAX_STALLS = 3;
/** Pause after the last key that ends a keypad entry without #. */
export const KEYPAD_PAUSE_MS = 2_000;
/** Keys kept that no entry was made of yet, the newest: a code and two answers in one go. */
export const KEYPAD_MAX_KEYS = 24;
/** Entries that one call may make; those beyond are left out. A conversation by keys needs five. */
export const KEYPAD_MAX_ENTRIES = 40;
/** The answer to keys has to begin to be heard by then; past it they count without a voice. Longer than a slow response takes. */
export const KEYPAD_VOICE_MS = 8_000;
/** When the model is given up, a caller who uses keys has this long for the next one, finding no voice to guide them. */
export const KEYPAD_WAIT_MS = 20_000;
/** What was pressed is settled at the end of a call this often, while the store is away; waits between, doubled. */
export const KEYPAD_SETTLE_TRIES = 5;
export const KEYPAD_SETTLE_RETRY_MS = 500;

/** The goodbye has to start by then, or the call ends without it. */
export const CLOSING_START_MS = 12_000;
/** The goodbye has to end by then. */
export const CLOSING_PLAY_MS = 60_000;
/** A goodbye that was playing when the sideband was lost has ended by then: the longest takes about 15 s. */
export const RESUMED_CLOSING_MS = 20_000;
/** Between the last syllable and the hang-up: the carrier still holds some audio back. */
export const CLOSING_GRACE_MS = 600;
/** The transcript of what the caller said over the goodbye has to come by then. */
export const CLOSING_WORDS_MS = 1_500;
/** A caller who speaks this long over the goodbye without a pause does not hold the line any longer. */
export const CLOSING_SPEECH_MS = 15_000;

/** A transferred call leaves us by then; past it the transfer is taken as failed. */
export const TRANSFER_MS = 10_000;
/** Beyond the longest duration: every closing has ended by then, whatever went wrong. */
export const HARD_STOP_MS = 45_000;

/** Function calls in a row that were unknown, invalid or failing, after which a person has to help. */
export const MAX_TOOL_FAILURES = 3;
