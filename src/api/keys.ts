import Type, { type Static } from 'typebox';
import type { ApiKeyRecord } from '../store/api-ports.ts';
import { SCOPES } from './scopes.ts';
import { Id, Instant, oneOf, orNull, writeInstant, writeInstantOrNull } from './shapes.ts';

/** Names of keys stand in histories and lists: short, and nothing that a spreadsheet or a log could take amiss. */
const NAME_PATTERN = '^[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,63}$';

/** Whether a text may be the name of a key. */
export function isKeyName(text: string): boolean {
  return new RegExp(NAME_PATTERN, 'u').test(text);
}

/** A key as the API shows it: never the key itself. */
export const ApiKeySchema = Type.Object(
  {
    key_id: Id,
    name: Type.String(),
    scopes: Type.Array(oneOf(SCOPES)),
    created_at: Instant,
    expires_at: orNull(Instant),
    revoked_at: orNull(Instant),
    last_used_at: orNull(Instant),
  },
  { $id: 'ApiKey', additionalProperties: false },
);

/** What a new key needs. */
export const NewApiKeyBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    scopes: Type.Array(oneOf(SCOPES), { minItems: 1, maxItems: SCOPES.length, uniqueItems: true }),
    expires_at: Type.Optional(orNull(Instant)),
  },
  { additionalProperties: false },
);

export function apiKeyView(key: ApiKeyRecord): Omit<Static<typeof ApiKeySchema>, 'scopes'> & {
  scopes: string[];
} {
  return {
    key_id: key.keyId,
    name: key.name,
    scopes: [...key.scopes],
    created_at: writeInstant(key.createdAt),
    expires_at: writeInstantOrNull(key.expiresAt),
    revoked_at: writeInstantOrNull(key.revokedAt),
    last_used_at: writeInstantOrNull(key.lastUsedAt),
  };
}
