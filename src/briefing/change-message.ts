import type { Applicant } from './applicant.ts';
import type { TemplateKey } from './message-template.ts';
import { phoneKind } from './phone-number.ts';
import type { RegistrationEvent } from './registration.ts';

const TEMPLATES: Readonly<Partial<Record<RegistrationEvent['to']['status'], TemplateKey>>> = {
  attending: 'attendance_confirmed',
  online: 'online_confirmed',
  absent: 'absence_received',
  withdrawn: 'withdrawal_received',
  late: 'late_received',
  moved: 'slot_moved',
  waiting: 'waiting_listed',
  undecided: 'undecided_received',
};

/**
 * The message that tells an applicant of a change; null: none does. Who decided by telephone, and who got a seat, is told;
 * what the team did itself is the team's to tell.
 */
export function templateFor(change: Pick<RegistrationEvent, 'kind' | 'source' | 'to'>): TemplateKey | null {
  if (change.kind === 'promoted') return 'waiting_promoted';
  if (change.kind !== 'changed' || change.source.kind !== 'caller') return null;
  return TEMPLATES[change.to.status] ?? null;
}

/** An address at which somebody can be written to. */
export interface WayToApplicant {
  readonly kind: 'sms' | 'email';
  /** E.164 for `sms`, else an address. */
  readonly to: string;
}

/** How an applicant can be reached, the best way first: the mobile on file, then the e-mail address. */
export function waysTo({ phones, email }: Pick<Applicant, 'phones' | 'email'>): readonly WayToApplicant[] {
  // Text messages go to Japanese mobiles only.
  const mobile = phones.find((phone) => phone.startsWith('+81') && phoneKind(phone) === 'mobile');
  return [
    ...(mobile === undefined ? [] : [{ kind: 'sms', to: mobile } as const]),
    ...(email === null ? [] : [{ kind: 'email', to: email } as const]),
  ];
}
