import { createHash } from 'node:crypto';
import { ApiProblem } from './problem.ts';

/** The entity tag of something that counts its versions. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/** The entity tag of something without versions: of what it says. */
export function contentTag(body: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`;
}

/**
 * Compares an If-Match header with what stands. No header, or `*`, matches whatever stands.
 *
 * @throws ApiProblem precondition_failed
 */
export function requireMatch(header: string | undefined, standing: string): void {
  if (header === undefined || header.trim() === '*') return;
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.includes(standing)) return;
  throw new ApiProblem('precondition_failed', {
    detail: 'If-Match names another version than the one that stands; read it again',
  });
}

/**
 * The version that an If-Match header wants.
 *
 * @returns null: whatever stands
 * @throws ApiProblem precondition_failed for what is no version
 */
export function wantedVersion(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const [, digits] = /^"(\d{1,9})"$/.exec(header.trim()) ?? [];
  if (digits !== undefined) return Number(digits);
  throw new ApiProblem('precondition_failed', {
    detail: 'If-Match is not the ETag of a version of this resource',
  });
}
