/** What one line of the caller means. */
export type Command =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'press'; readonly key: string }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'quit' | 'help' | 'nothing' }
  | { readonly kind: 'unknown'; readonly text: string };

/** Longest silence that one line asks for, seconds. */
const MAX_WAIT = 600;

/** Reads one line. Full-width letters and digits count like their ASCII forms in a command. */
export function readCommand(line: string): Command {
  const text = line.trim();
  if (text === '') return { kind: 'nothing' };
  const command = text.normalize('NFKC');
  if (!command.startsWith('/')) return { kind: 'say', text };
  if (command === '/quit' || command === '/help') return { kind: command === '/quit' ? 'quit' : 'help' };
  const key = /^\/([0-9*#])$/u.exec(command)?.[1];
  if (key !== undefined) return { kind: 'press', key };
  const seconds = Number(/^\/wait ([0-9]+(?:\.[0-9]+)?)$/u.exec(command)?.[1] ?? Number.NaN);
  if (seconds <= MAX_WAIT) return { kind: 'wait', seconds };
  return { kind: 'unknown', text };
}
