/** What a key may be good for. `admin` is good for everything, and alone for keys and replays. */
export const SCOPES = [
  'read:attendance',
  'write:attendance',
  'write:roster',
  'read:calls',
  'write:calls',
  'read:messages',
  'write:messages',
  'admin',
] as const;

/** One of `SCOPES`. */
export type Scope = (typeof SCOPES)[number];

/** What each scope opens, for help texts and the document of the API. */
export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  'read:attendance': 'briefings, slots, applicants, registrations and their histories',
  'write:attendance': 'creating and changing them, and what happened on the day',
  'write:roster': 'importing rosters',
  'read:calls': 'calls and what was said in them',
  'write:calls': 'asking something of a live call: hang up, say a sentence, transfer',
  'read:messages': 'messages taken by the agent, leads, and messages that were sent',
  'write:messages': 'closing leads',
  admin: 'everything, keys and replays too',
};

/** Whether a text names a scope. */
export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

/** Whether a key with these scopes may do what wants `scope`. */
export function allows(scopes: readonly string[], scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('admin');
}
