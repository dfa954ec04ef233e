/**
 * Whether the text is `whsec_` and base64 of 24 to 64 bytes. A zero-length or short key lets anybody sign, so the
 * length of what base64 holds counts.
 */
export function isWebhookSecret(text: string): boolean {
  if (!text.startsWith('whsec_')) return false;
  const encoded = text.slice('whsec_'.length);
  const bytes = Buffer.from(encoded, 'base64');
  const canonical = bytes.toString('base64');
  const same = canonical === encoded || canonical.replace(/=+$/, '') === encoded;
  return same && bytes.length >= 24 && bytes.length <= 64;
}
