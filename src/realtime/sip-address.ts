/** Where a SIP header points to. The display name is left out: it is whatever the caller likes. */
export interface SipAddress {
  readonly scheme: 'sip' | 'tel' | 'none';
  /** The part that names the subscriber, percent-escapes resolved, parameters and password removed. */
  readonly user: string;
  /** Lower case, with port if there is one; empty for `tel:` and bare words. */
  readonly host: string;
}

/**
 * Reads one address of a From, To or Diversion header: with or without display name and angle brackets, `sip:`,
 * `sips:`, `tel:` or a bare word such as `anonymous`. Null when it can be read in more than one way or not at all.
 */
export function parseSipAddress(text: string): SipAddress | null {
  const uri = uriOf(text.trim());
  if (uri === null) return null;
  const colon = uri.indexOf(':');
  const scheme = colon === -1 ? '' : uri.slice(0, colon).toLowerCase();
  const rest = uri.slice(colon + 1);
  if (scheme === 'sip' || scheme === 'sips') return sipAddress(rest);
  if (scheme === 'tel') return telAddress(rest);
  if (/^[\w.+-]+$/.test(uri)) return { scheme: 'none', user: uri, host: '' };
  return /^[\w.+%-]+@[\w.-]+(:\d+)?$/.test(uri) ? sipAddress(uri) : null;
}

/** Splits a header that lists several addresses; commas in quotes and angle brackets do not count. */
export function splitSipAddresses(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === '\\') at += 1;
    else if (character === '"' && !bracketed) quoted = !quoted;
    else if (quoted) continue;
    else if (character === '<') bracketed = true;
    else if (character === '>') bracketed = false;
    else if (character === ',' && !bracketed) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** The URI in an address; without brackets, parameters belong to the header and not to it. */
function uriOf(text: string): string | null {
  const afterName = text.startsWith('"') ? afterQuoted(text) : text;
  if (afterName === null) return null;
  const open = afterName.indexOf('<');
  if (open === -1) return text.startsWith('"') ? null : (afterName.split(/[;\s]/, 1)[0] ?? null);
  const close = afterName.indexOf('>', open);
  return close === -1 ? null : afterName.slice(open + 1, close).trim();
}

/** What follows a quoted string, in which `\"` is no end. Null when the quote is never closed. */
function afterQuoted(text: string): string | null {
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return text.slice(at + 1);
  }
  return null;
}

function sipAddress(rest: string): SipAddress | null {
  const parts = rest.split('@');
  // A second @ must be escaped; one that is not makes user and host a matter of opinion.
  if (parts.length > 2) return null;
  const [userInfo, hostPart] = parts.length === 2 ? parts : ['', parts[0]];
  const user = unescaped(userInfo?.split(/[;:]/, 1)[0] ?? '');
  const host = (hostPart ?? '').split(/[;?]/, 1)[0]?.trim().toLowerCase() ?? '';
  return user === null ? null : { scheme: 'sip', user, host };
}

/** A local number with the country it is to be read in becomes a global one. */
function telAddress(rest: string): SipAddress | null {
  const [number = '', ...parameters] = rest.split(';');
  const context = parameters.find((parameter) => /^phone-context=\+\d+$/i.test(parameter.trim()));
  const prefix =
    number.startsWith('+') || context === undefined ? '' : context.slice(context.indexOf('+')).trim();
  const user = unescaped(prefix + number);
  return user === null ? null : { scheme: 'tel', user, host: '' };
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
