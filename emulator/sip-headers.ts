import type { Random } from '../src/lib/random.ts';
import type { RingOptions } from './types.ts';

export interface SipHeader {
  readonly name: string;
  readonly value: string;
}

/** A number of the range that the Japanese numbering plan leaves unassigned for mobiles. */
const DEFAULT_CALLER = '+819000000001';

/** The headers of an INVITE as a telephone trunk sends it to OpenAI. */
export function inviteHeaders(options: RingOptions, sipCallId: string, random: Random): SipHeader[] {
  const from = options.from ?? `"${DEFAULT_CALLER}" <sip:${DEFAULT_CALLER}@pstn.twilio.com>`;
  const headers: SipHeader[] = [
    { name: 'Via', value: `SIP/2.0/TLS 192.0.2.10:5061;branch=z9hG4bK${random.hex(6)}` },
    { name: 'From', value: from.includes(';tag=') ? from : `${from};tag=${random.hex(4)}` },
    { name: 'To', value: '<sip:proj_emulator@sip.api.openai.com;transport=tls>' },
    { name: 'Contact', value: '<sip:192.0.2.10:5061;transport=tls>' },
    { name: 'Call-ID', value: sipCallId },
    { name: 'CSeq', value: '1 INVITE' },
    { name: 'X-Twilio-CallSid', value: `CA${random.hex(16)}` },
    { name: 'X-Twilio-AccountSid', value: 'AC00000000000000000000000000000000' },
  ];
  if (options.dialled !== undefined) {
    headers.push({ name: 'Diversion', value: `<sip:${options.dialled}@twilio.com>;reason=unconditional` });
  }
  return replaced(headers, options.sipHeaders ?? []);
}

/** Headers of the same name give way to those in `changes`, which keep their order and repeats. */
function replaced(headers: readonly SipHeader[], changes: readonly SipHeader[]): SipHeader[] {
  const names = new Set(changes.map((each) => each.name.toLowerCase()));
  return [...headers.filter((each) => !names.has(each.name.toLowerCase())), ...changes];
}
