import type { Page, Paged } from '../store/briefing-ports.ts';
import { ApiProblem } from './problem.ts';

/** The page that a query asks for. */
export function pageOf(query: { readonly limit?: number; readonly cursor?: string }): Page {
  return { after: query.cursor ?? null, limit: query.limit ?? 0 };
}

/**
 * A part of a list as the API answers it.
 *
 * @param url of the request
 * @returns body and, where the list goes on, the Link header that says where
 */
export function partOf<T, V>(
  url: string,
  { items, next }: Paged<T>,
  view: (item: T) => V,
): { readonly body: { data: V[]; next_cursor: string | null }; readonly headers: Record<string, string> } {
  const body = { data: items.map(view), next_cursor: next };
  if (next === null) return { body, headers: {} };
  const target = new URL(url, 'http://localhost');
  target.searchParams.set('cursor', next);
  return { body, headers: { link: `<${target.pathname}${target.search}>; rel="next"` } };
}

/** The place of a message in the list of those that leave. */
export interface OutboundPlace {
  readonly createdAt: number;
  readonly messageId: string;
}

/** A cursor of the list of messages that leave. */
export function outboundCursor({ createdAt, messageId }: OutboundPlace): string {
  return Buffer.from(`${createdAt} ${messageId}`).toString('base64url');
}

/** @throws ApiProblem when it is no cursor of this list */
export function readOutboundCursor(cursor: string): OutboundPlace {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, at, messageId] = /^(\d{1,15}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text) ?? [];
  if (at === undefined || messageId === undefined) {
    throw new ApiProblem('invalid_cursor', {
      detail: 'the cursor is not one of this list: begin without it',
    });
  }
  return { createdAt: Number(at), messageId };
}
