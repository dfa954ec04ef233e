/**
 * Whether the text is `whsec_` and base64 of 24 to 64 bytes. A zero-length or short key lets anybody sign, so the
 * length of what base64 holds counts.
 */
export function isWebhookSecret(text: string): boolean {
  if (!text.startsWith('whsec_')) return false;
  return isBase64(text.slice('whsec_'.length), 24, 64);
}

/** Whether the text is a key of the audit: base64 of 32 to 64 bytes. */
export function isAuditKey(text: string): boolean {
  return isBase64(text, 32, 64);
}

function isBase64(encoded: string, least: number, most: number): boolean {
  const bytes = Buffer.from(encoded, 'base64');
  const canonical = bytes.toString('base64');
  const same = canonical === encoded || canonical.replace(/=+$/, '') === encoded;
  return same && bytes.length >= least && bytes.length <= most;
}
