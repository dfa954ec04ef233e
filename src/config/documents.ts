import { DESCRIPTIONS_JA } from './descriptions-ja.ts';
import { configProperties, type ConfigProperty } from './schema.ts';

export type Locale = 'en' | 'ja';

const HEADINGS: Readonly<Record<Locale, readonly string[]>> = {
  en: ['| Variable | Default | What it is |', '|---|---|---|'],
  ja: ['| 変数 | 既定値 | 説明 |', '|---|---|---|'],
};

/** The table of all variables as it stands in README.md (`en`) and README.ja.md (`ja`), in Markdown. */
export function configTable(locale: Locale): string {
  const rows = configProperties.map(([name, property]) => {
    const description = locale === 'ja' ? DESCRIPTIONS_JA[name] : property.description;
    return `| \`${name}\` | ${shownDefault(property)} | ${description.replaceAll('|', '\\|')} |`;
  });
  return [...HEADINGS[locale], ...rows].join('\n');
}

function shownDefault(property: ConfigProperty): string {
  return property.default === undefined || property.default === '' ? '' : `\`${property.default}\``;
}

/** The content of .env.example: what has to be set first, then every other variable with its default. */
export function envExample(): string {
  const blocks = configProperties.map(([name, property]) => {
    const comments = [property.description, ...allowed(property)];
    const assignment = NEEDED.has(name) ? `${name}=` : `# ${name}=${property.default}`;
    return [...comments.map((comment) => `# ${comment}`), assignment].join('\n');
  });
  return `${INTRODUCTION}\n\n${blocks.join('\n\n')}\n`;
}

function allowed(property: ConfigProperty): string[] {
  if (property.anyOf !== undefined) {
    return [`One of: ${property.anyOf.map((choice) => choice.const).join(', ')}.`];
  }
  if (property.minimum === undefined) return [];
  return [`From ${property.minimum} to ${property.maximum}.`];
}

const INTRODUCTION = `# Copy to .env and fill in the first two. The others are shown with their defaults.
# No quotes and no blanks around the values: they would be part of them.`;

/** Written without a comment sign: nothing works in production without them. */
const NEEDED: ReadonlySet<string> = new Set(['OPENAI_API_KEY', 'OPENAI_WEBHOOK_SECRET']);
