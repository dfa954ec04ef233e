import type { ChangeResult, RegisterResult, UndoResult } from '../store/briefing-ports.ts';
import { ApiProblem } from './problem.ts';

type RefusedChange = Exclude<ChangeResult | UndoResult, { outcome: 'changed' | 'unchanged' }>;

/** The problem that a refused change is answered with. */
export function changeRefusal(result: RefusedChange): ApiProblem {
  switch (result.outcome) {
    case 'full':
      return new ApiProblem('slot_full', {
        detail: 'the slot has no seat left; wait puts on its waiting list',
      });
    case 'conflict':
      return new ApiProblem('precondition_failed', {
        detail: 'the registration has another version than the one that If-Match names',
        more: { version: result.registration.version },
      });
    case 'illegal':
    case 'refused':
      return new ApiProblem('illegal_change', {
        detail: `refused: ${result.reason}`,
        more: { reason: result.reason, status_now: result.registration.status },
      });
    case 'not_found':
      return notFound(result.what);
  }
}

/** The problem that a refused registration is answered with. */
export function registerRefusal(result: RegisterResult): ApiProblem {
  switch (result.outcome) {
    case 'registered':
    case 'exists':
      return new ApiProblem('exists', {
        detail: 'the applicant is registered for this briefing',
        more: { registration_id: result.registration.registrationId },
      });
    case 'full':
      return new ApiProblem('slot_full', { detail: 'the slot has no seat left' });
    case 'not_found':
      return notFound(result.what);
  }
}

/** There is no such thing. */
export function notFound(what: string): ApiProblem {
  return new ApiProblem('not_found', { detail: `there is no such ${what}` });
}

/**
 * What was found.
 *
 * @throws ApiProblem not_found
 */
export function found<T>(what: string, value: T | null): T {
  if (value === null) throw notFound(what);
  return value;
}
