import { hashOfKey, isValid, makeKey } from '../api/key.ts';
import { isKeyName } from '../api/keys.ts';
import { isScope, SCOPES, SCOPE_WORDS, type Scope } from '../api/scopes.ts';
import { systemClock } from '../lib/clock.ts';
import { systemRandom } from '../lib/random.ts';
import type { ApiKeyRecord } from '../store/api-ports.ts';
import { noWords, readOptions } from './options.ts';
import { EXIT, OperatorError, UsageError, type Command } from './program.ts';
import { readExpiry, writtenMinute } from './times.ts';
import { withStore } from './store.ts';

const SCOPE_LINES = SCOPES.map((scope) => `  ${scope.padEnd(17)} ${SCOPE_WORDS[scope]}`).join('\n');

const CREATE_HELP = `Usage: denwaban api-key create --name NAME --scope SCOPE [options]

Makes a key for the REST API and prints it, once: only a hash of it is stored. Give every program a
key of its own, with no more scopes than it needs; its name stands in the history of what it changes.

  --name NAME      letters, digits, blanks, . _ -; at most 64
  --scope SCOPE    may be repeated
  --expires WHEN   last day, such as 2027-03-31, or days from now, such as 90d; default: never
  -h, --help       this text

Scopes:
${SCOPE_LINES}
`;

const LIST_HELP = `Usage: denwaban api-key list

Lists the keys of the REST API: id, name, scopes, and whether they are good. The keys themselves are
stored nowhere.

  -h, --help       this text
`;

const REVOKE_HELP = `Usage: denwaban api-key revoke NAME

Ends a key, named by name or id. It takes effect at once, on every node. A name is not used again,
so that histories stay true.

  -h, --help       this text
`;

/** `denwaban api-key create`. */
export const createKeyCommand: Command = {
  summary: 'make a key for the REST API',
  help: CREATE_HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      name: { type: 'string' },
      scope: { type: 'string', multiple: true },
      expires: { type: 'string' },
    });
    noWords(positionals);
    const name = values.name?.normalize('NFC');
    if (name === undefined || !isKeyName(name))
      throw new UsageError('--name is missing, or holds more than letters, digits, blanks, . _ and -.');
    const scopes = readScopes(values.scope ?? []);
    const createdAt = systemClock.now();
    const expiresAt = values.expires === undefined ? null : readExpiry(values.expires, createdAt);
    const key = makeKey(systemRandom);
    const record = { keyId: systemRandom.uuid(), name, scopes, createdAt, expiresAt, hash: hashOfKey(key) };
    const stored = await withStore(surroundings, true, async ({ api }) => api.createKey(record));
    if (!stored)
      throw new OperatorError(`There is a key 「${name}」, or there was one. Choose another name.`);
    surroundings.out(`${key}\n`);
    surroundings.err(`Keep it like a password: it is not shown again.\n`);
    return EXIT.done;
  },
};

/** `denwaban api-key list`. */
export const listKeysCommand: Command = {
  summary: 'list the keys of the REST API',
  help: LIST_HELP,
  run: async (args, surroundings) => {
    noWords(readOptions(args, {}).positionals);
    const keys = await withStore(surroundings, false, async ({ api }) => api.listKeys());
    const now = systemClock.now();
    for (const key of keys) surroundings.out(`${lineOf(key, now)}\n`);
    if (keys.length === 0) surroundings.err('There is no key: nobody can use the API.\n');
    return EXIT.done;
  },
};

/** `denwaban api-key revoke`. */
export const revokeKeyCommand: Command = {
  summary: 'end a key of the REST API at once',
  help: REVOKE_HELP,
  run: async (args, surroundings) => {
    const [name, ...more] = readOptions(args, {}).positionals;
    if (name === undefined || more.length > 0) throw new UsageError('Name one key.');
    const now = systemClock.now();
    const key = await withStore(surroundings, false, async ({ api }) => api.revokeKey(name, now));
    if (key === null)
      throw new OperatorError(`There is no key 「${name}」. denwaban api-key list shows them.`);
    surroundings.out(`${lineOf(key, now)}\n`);
    return EXIT.done;
  },
};

function readScopes(given: readonly string[]): Scope[] {
  const texts = [...new Set(given.flatMap((text) => text.split(',')).map((text) => text.trim()))];
  const wrong = texts.find((text) => !isScope(text));
  if (wrong !== undefined || texts.length === 0)
    throw new UsageError(
      `${wrong === undefined ? '--scope is missing' : `--scope ${wrong} is unknown`}; there are ${SCOPES.join(', ')}.`,
    );
  return texts.filter(isScope);
}

function lineOf(key: ApiKeyRecord, now: number): string {
  return [key.keyId, key.name, key.scopes.join(','), stateOf(key, now), usedOf(key)].join('\t');
}

function stateOf(key: ApiKeyRecord, now: number): string {
  if (key.revokedAt !== null) return `revoked ${writtenMinute(key.revokedAt)}`;
  if (key.expiresAt === null) return 'good';
  return `${isValid(key, now) ? 'good until' : 'expired'} ${writtenMinute(key.expiresAt)}`;
}

function usedOf({ lastUsedAt }: ApiKeyRecord): string {
  return lastUsedAt === null ? 'never used' : `used ${writtenMinute(lastUsedAt)}`;
}
