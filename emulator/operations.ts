import type { Call } from './call.ts';
import { invalidValue, missingParameter } from './errors.ts';
import { isObject } from './schema.ts';
import * as s from './schema.ts';
import { checkAcceptedSession, lacksType } from './session-schema.ts';
import type { RestOperation } from './types.ts';

/** SIP status of a rejection that names none. */
const DEFAULT_REJECTION = 603;

const rejection = s.object({ status_code: s.integer(300, 699) });
const reference = s.object({ target_uri: s.text }, ['target_uri']);

/**
 * Does to a call what a REST request asks for.
 *
 * @param body the parsed JSON body, undefined without one
 * @param effect false: the request is checked and answered, but nothing happens
 * @throws {ApiError} as the API refuses it
 */
export function applyOperation(call: Call, operation: RestOperation, body: unknown, effect: boolean): void {
  switch (operation) {
    case 'accept':
      accept(call, body, effect);
      return;
    case 'reject':
      reject(call, body ?? {}, effect);
      return;
    case 'refer':
      refer(call, body, effect);
      return;
    case 'hangup':
      call.requireSession();
      if (effect) call.hangUpByService();
  }
}

function accept(call: Call, body: unknown, effect: boolean): void {
  const session = body ?? {};
  const doomed = lacksType(session);
  call.requireUndecided();
  const refusal = doomed ? null : checkAcceptedSession(session);
  if (refusal !== null) throw refusal;
  call.decide();
  if (!effect) return;
  if (doomed || !isObject(session)) call.acceptDoomed();
  else call.accept(session);
}

function reject(call: Call, body: unknown, effect: boolean): void {
  const refusal = s.check(rejection, body, 'body');
  if (refusal !== null) throw refusal;
  call.requireUndecided();
  call.decide();
  const status = isObject(body) ? (body['status_code'] as number | undefined) : undefined;
  if (effect) call.reject(status ?? DEFAULT_REJECTION);
}

function refer(call: Call, body: unknown, effect: boolean): void {
  call.requireSession();
  if (!isObject(body)) throw missingParameter('target_uri');
  const refusal = s.check(reference, body, 'body');
  if (refusal !== null) throw refusal;
  const target = String(body['target_uri']);
  if (!/^(?:tel|sips?):\S+$/u.test(target)) {
    throw invalidValue('target_uri', `Invalid value: '${target}'. Expected a tel: or sip: URI.`);
  }
  if (effect) call.refer(target);
}
