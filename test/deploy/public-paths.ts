import { statusAddress } from '../../src/outbox/senders/set-up.ts';

/** What the internet has to reach: OpenAI's webhook, and the address that Twilio reports one message to. */
export const PUBLIC_PATHS = [
  '/openai-webhook',
  new URL(`${statusAddress('https://phone.example.jp')}/0b9d1c6e-5f0a-4d55-9f4b-6d3f1f3c2a10`).pathname,
];

/** What it must not reach. */
export const PRIVATE_PATHS = [
  '/',
  '/metrics',
  '/healthz',
  '/api/v1/calls',
  '/openai-webhook/x',
  '/sms-statusx',
];

/** Whether the path matchers of a Caddyfile pass a path: a word is the whole path, or with a star its beginning. */
export function caddyPasses(caddyfile: string, path: string): boolean {
  const words = [...caddyfile.matchAll(/^\s*path (.+)$/gm)].flatMap(([, list = '']) => list.split(' '));
  return words.some((word) => (word.endsWith('*') ? path.startsWith(word.slice(0, -1)) : path === word));
}

/** A path of an ingress. */
export interface IngressPath {
  readonly path: string;
  readonly pathType: string;
}

/** Whether an ingress passes a path. A prefix is one of whole parts between slashes. */
export function ingressPasses(paths: readonly IngressPath[], path: string): boolean {
  return paths.some(
    (rule) => rule.path === path || (rule.pathType === 'Prefix' && path.startsWith(`${rule.path}/`)),
  );
}
