import {
  parsePhoneNumberFromString,
  type CountryCode,
  type NumberType,
  type PhoneNumber,
} from 'libphonenumber-js/max';

/** What a number is good for: only mobiles get messages, toll-free numbers are never a caller's own. */
export type PhoneKind = 'mobile' | 'fixed' | 'voip' | 'toll_free' | 'other';

/** Characters. Longer text is no number, however it is punctuated. */
const MAX_TEXT = 64;

const KANJI_DIGITS: Readonly<Record<string, string>> = {
  〇: '0',
  '○': '0',
  零: '0',
  一: '1',
  二: '2',
  三: '3',
  四: '4',
  五: '5',
  六: '6',
  七: '7',
  八: '8',
  九: '9',
};

/** Hyphens, dashes, minus signs, waves, the long vowel mark that is typed for them, dots, brackets, and の between groups. */
const SEPARATORS = /[\s\-‐‑‒–—―−─━ー〜~.・()（）［］[\]/の]/g;

/** 184 withholds, 186 shows the caller's number: dialled before a number, never part of it. */
const CALLER_ID_PREFIX = /^18[46](?=[0+])/;

/**
 * A telephone number as it stands in a roster, in a SIP header or in speech, in E.164. Null when it is not exactly one
 * complete, valid number.
 *
 * Takes full-width and kanji digits, any usual separators, the prefixes 184 and 186, and `81…` without its plus.
 *
 * @param defaultCountry where a number without a country code is at home
 */
export function normalisePhoneNumber(text: string, defaultCountry: CountryCode = 'JP'): string | null {
  if (text.length > MAX_TEXT) return null;
  const dialled = text
    .normalize('NFKC')
    .replace(/[〇○零一二三四五六七八九]/g, (digit) => KANJI_DIGITS[digit] ?? digit)
    .replace(SEPARATORS, '')
    .replace(CALLER_ID_PREFIX, '');
  if (!/^\+?\d{3,20}$/.test(dialled)) return null;
  const parsed = parse(dialled, defaultCountry);
  return parsed?.isValid() === true ? parsed.number : null;
}

const KINDS: Partial<Record<NonNullable<NumberType>, PhoneKind>> = {
  MOBILE: 'mobile',
  FIXED_LINE: 'fixed',
  VOIP: 'voip',
  TOLL_FREE: 'toll_free',
};

/** The kind of a number in E.164; `other` for everything that is none of these, invalid numbers too. */
export function phoneKind(e164: string): PhoneKind {
  const type = parse(e164)?.getType();
  return (type === undefined ? undefined : KINDS[type]) ?? 'other';
}

/** As people in Japan write it, such as `050-3333-4444`; numbers abroad with their country code. */
export function writtenPhoneNumber(e164: string): string {
  const parsed = parse(e164);
  if (parsed === undefined) return e164;
  return parsed.countryCallingCode === '81' ? parsed.formatNational() : parsed.formatInternational();
}

/** For logs and screens: country code and the last two digits, such as `+81••••••••78`. */
export function maskPhoneNumber(e164: string): string {
  const parsed = parse(e164);
  if (parsed === undefined || parsed.number !== e164) return '•••';
  const { countryCallingCode, nationalNumber } = parsed;
  const shown = nationalNumber.length > 6 ? nationalNumber.slice(-2) : '';
  return `+${countryCallingCode}${'•'.repeat(nationalNumber.length - shown.length)}${shown}`;
}

function parse(text: string, defaultCountry?: CountryCode): PhoneNumber | undefined {
  // Without `extract` a number inside other text is not picked out of it.
  return parsePhoneNumberFromString(text, {
    ...(defaultCountry === undefined ? {} : { defaultCountry }),
    extract: false,
  });
}
