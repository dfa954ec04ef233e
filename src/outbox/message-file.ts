import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { type MessageTemplates, parseMessageTemplates } from '../briefing/message-template.ts';
import { DenwabanError } from '../errors.ts';

/**
 * Loads the words of messages, once, at the start.
 *
 * @param nameOrPath `messages-ja` for scenarios/messages-ja.yaml under `root`, or a path to a YAML file
 * @throws DenwabanError DW_SCENARIO naming file, reason and remedy
 */
export async function loadMessageTemplates(nameOrPath: string, root: string): Promise<MessageTemplates> {
  const file = /^[a-z0-9-]+$/i.test(nameOrPath)
    ? join(root, 'scenarios', `${nameOrPath}.yaml`)
    : isAbsolute(nameOrPath)
      ? nameOrPath
      : resolve(root, nameOrPath);
  return parseMessageTemplates(file, await read(file));
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new DenwabanError(
      'DW_SCENARIO',
      `${file}: cannot be read. Set MESSAGES to the name of a file in scenarios/ or to a path.`,
      error,
    );
  }
}
