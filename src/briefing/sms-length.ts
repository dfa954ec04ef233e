/** How one text travels: parts that are charged, per network. */
export interface SmsLength {
  /** UTF-16 units, which is what the networks count when the text is not plain GSM. */
  readonly units: number;
  readonly encoding: 'gsm7' | 'ucs2';
  /** Parts that the provider charges. */
  readonly parts: number;
  /** Parts on each Japanese network. */
  readonly carriers: Readonly<Record<Carrier, number>>;
}

export type Carrier = 'docomo' | 'au' | 'softbank' | 'rakuten';

/** Units that one message alone and each part of a longer one hold. */
const UCS2 = { single: 70, part: 67 } as const;
const GSM7 = { single: 160, part: 153 } as const;
/** Units per part on the networks that differ from the standard, as messaging vendors document them. */
const CARRIER_PART: Readonly<Record<Carrier, number>> = { docomo: 67, au: 67, softbank: 125, rakuten: 66 };
const CARRIER_SINGLE: Readonly<Record<Carrier, number>> = { docomo: 70, au: 70, softbank: 125, rakuten: 70 };

/** Letters of the GSM alphabet; those of its extension take two places. */
const GSM_BASIC =
  /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const GSM_EXTENDED = /[\^{}\\[~\]|€]/g;

/** Counts what a text message costs. A pair of surrogates is never split over two parts. */
export function smsLength(text: string): SmsLength {
  if (GSM_BASIC.test(text)) {
    const units = text.length + (text.match(GSM_EXTENDED)?.length ?? 0);
    const parts = units <= GSM7.single ? 1 : Math.ceil(units / GSM7.part);
    return { units, encoding: 'gsm7', parts, carriers: everywhere(() => parts) };
  }
  return {
    units: text.length,
    encoding: 'ucs2',
    parts: partsOf(text, UCS2.single, UCS2.part),
    carriers: everywhere((carrier) => partsOf(text, CARRIER_SINGLE[carrier], CARRIER_PART[carrier])),
  };
}

function everywhere(count: (carrier: Carrier) => number): Record<Carrier, number> {
  return {
    docomo: count('docomo'),
    au: count('au'),
    softbank: count('softbank'),
    rakuten: count('rakuten'),
  };
}

function partsOf(text: string, single: number, part: number): number {
  if (text.length <= single) return 1;
  let parts = 0;
  for (let at = 0; at < text.length; parts += 1) {
    const end = Math.min(at + part, text.length);
    const splitsPair = end < text.length && /[\uD800-\uDBFF]/.test(text[end - 1] ?? '');
    at = splitsPair ? end - 1 : end;
  }
  return parts;
}
