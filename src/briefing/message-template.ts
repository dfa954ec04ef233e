import Type, { type Static } from 'typebox';
import { Errors } from 'typebox/value';
import { parseDocument } from 'yaml';
import { DenwabanError } from '../errors.ts';
import { lintTemplates } from './message-lint.ts';

/** What messages exist. The words of each stand in the message file. */
export const TEMPLATE_KEYS = [
  'attendance_confirmed',
  'online_confirmed',
  'absence_received',
  'withdrawal_received',
  'late_received',
  'slot_moved',
  'waiting_promoted',
  'waiting_listed',
  'undecided_received',
  'reminder',
  'briefing_details',
  'registration_details',
  'contact_details',
] as const;

export type TemplateKey = (typeof TEMPLATE_KEYS)[number];

/**
 * Values that a template may name, as they are read: `when` such as `11月25日(水) 14:00`, `arrival` such as `14:20`, `access`
 * a place or the address of an online meeting.
 * `receipt` is not given by callers; the outbox makes it.
 */
export const PLACEHOLDERS = [
  'organisation',
  'briefing',
  'when',
  'place',
  'access',
  'status',
  'arrival',
  'contact',
  'receipt',
] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Values by placeholder. */
export type TemplateData = Readonly<Partial<Record<Placeholder, string>>>;

const Text = Type.String({ minLength: 1 });
const Template = Type.Object({ sms: Text, subject: Text, email: Text }, { additionalProperties: false });

/** A message file: three texts for each key, and a version that stands in reports. */
const MessageFile = Type.Object(
  {
    version: Text,
    templates: Type.Object(
      {
        attendance_confirmed: Template,
        online_confirmed: Template,
        absence_received: Template,
        withdrawal_received: Template,
        late_received: Template,
        slot_moved: Template,
        waiting_promoted: Template,
        waiting_listed: Template,
        undecided_received: Template,
        reminder: Template,
        briefing_details: Template,
        registration_details: Template,
        contact_details: Template,
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

export type MessageFile = Static<typeof MessageFile>;

/** The words of all messages, checked. */
export interface MessageTemplates {
  readonly version: string;
  readonly templates: Readonly<Record<TemplateKey, Readonly<Static<typeof Template>>>>;
}

/** A message ready to leave. */
export interface RenderedMessage {
  readonly text: string;
  /** Null for a text message. */
  readonly subject: string | null;
}

/**
 * Reads a message file and checks it: every key, known placeholders, and the rules of `lintTemplates`.
 *
 * @param file name for the error
 * @throws DenwabanError DW_SCENARIO naming file, key, reason and remedy
 */
export function parseMessageTemplates(file: string, text: string): MessageTemplates {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) throw refuse(file, 'is no YAML. Check indents and quotes');
  const content: unknown = document.toJS();
  const [error] = Errors(MessageFile, content);
  if (error !== undefined) {
    throw refuse(file, `${error.instancePath}: ${error.message}. Compare it with scenarios/messages-ja.yaml`);
  }
  const templates = content as MessageFile;
  const [finding] = lintTemplates(templates.templates).filter(({ severity }) => severity === 'error');
  if (finding !== undefined) throw refuse(file, `${finding.path}: ${finding.message}`);
  return templates;
}

/**
 * The words of one message.
 *
 * @throws TypeError when a value that the words need is missing or blank; its name, no value, is in the message
 */
export function renderTemplate(
  templates: MessageTemplates,
  key: TemplateKey,
  channel: 'sms' | 'email',
  data: TemplateData,
): RenderedMessage {
  const template = templates.templates[key];
  if (channel === 'sms') return { text: fill(key, template.sms, data), subject: null };
  return { text: fill(key, template.email, data), subject: oneLine(fill(key, template.subject, data)) };
}

function fill(key: TemplateKey, words: string, data: TemplateData): string {
  return words
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = data[name as Placeholder]?.trim() ?? '';
      if (value === '') throw new TypeError(`the message ${key} needs a value for ${name}`);
      return withoutControls(value);
    })
    .trim();
}

/** Values come from rosters: no line breaks, which could look like another message, and no invisible characters. */
function withoutControls(value: string): string {
  return value.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

function refuse(file: string, what: string): DenwabanError {
  return new DenwabanError('DW_SCENARIO', `${file}: ${what}.`);
}
