/** One import, re-export or dynamic import of a source file. */
export interface ImportOf {
  readonly specifier: string;
  /** `import type` and `export type`: gone when compiled. */
  readonly typeOnly: boolean;
}

/** A TypeScript source without its comments and with numbered stand-ins for its strings. */
export interface Scan {
  /** Comments, templates and regular expressions are blank; a string is `"#3"`. Line breaks stay. */
  readonly code: string;
  readonly imports: readonly ImportOf[];
}

/** Words after which a slash begins a regular expression. */
const BEFORE_REGEX = /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield)$/;

/** Reads a source without understanding it: only what is code, string, comment, template or regular expression. */
export function scan(source: string): Scan {
  const strings: string[] = [];
  /** Depth of braces at which each open template goes on. */
  const templates: number[] = [];
  let code = '';
  let braces = 0;
  let at = 0;

  const blank = (from: number, to: number): void => {
    code += source.slice(from, to).replaceAll(/[^\n]/g, ' ');
    at = to;
  };
  const template = (from: number): void => {
    const end = endOfTemplatePart(source, from);
    if (source[end - 1] === '{') {
      templates.push(braces);
      braces += 1;
    }
    blank(at, end);
  };

  while (at < source.length) {
    const two = source.slice(at, at + 2);
    const one = two[0] ?? '';
    if (two === '//') blank(at, endOf(source, '\n', at));
    else if (two === '/*') blank(at, Math.min(endOf(source, '*/', at + 2) + 2, source.length));
    else if (one === "'" || one === '"') {
      const end = endOfQuoted(source, one, at + 1);
      code += `"#${strings.length}"`;
      strings.push(source.slice(at + 1, end - 1));
      at = end;
    } else if (one === '`') template(at + 1);
    else if (one === '}' && templates.at(-1) === braces - 1) {
      templates.pop();
      braces -= 1;
      template(at + 1);
    } else if (one === '/' && startsRegex(code)) blank(at, endOfRegex(source, at + 1));
    else {
      if (one === '{') braces += 1;
      if (one === '}') braces -= 1;
      code += one;
      at += 1;
    }
  }
  return { code, imports: importsOf(code, strings) };
}

const IMPORTS = [
  /\b(?:import|export)\s+(?<type>type\s+(?!from\s*"))?[\w$*\s,{}]*?\bfrom\s*"#(?<index>\d+)"/g,
  /\bimport\s*"#(?<index>\d+)"/g,
  /\bimport\s*\(\s*"#(?<index>\d+)"/g,
];

function importsOf(code: string, strings: readonly string[]): ImportOf[] {
  return IMPORTS.flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => ({
      specifier: strings[Number(match.groups?.['index'])] ?? '',
      typeOnly: match.groups?.['type'] !== undefined,
    })),
  );
}

function startsRegex(code: string): boolean {
  const before = code.trimEnd();
  return before === '' || /[(,=:[!&|?{};+\-*%<>~^]$/.test(before) || BEFORE_REGEX.test(before);
}

function endOf(source: string, text: string, from: number): number {
  const found = source.indexOf(text, from);
  return found === -1 ? source.length : found;
}

/** Position after the closing quote. */
function endOfQuoted(source: string, quote: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Position after the closing backtick, or after the next `${`. */
function endOfTemplatePart(source: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== '`') {
    if (source.startsWith('${', at)) return at + 2;
    at += source[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

/** Position after the closing slash; a slash in a class does not close. */
function endOfRegex(source: string, from: number): number {
  let at = from;
  let inClass = false;
  while (at < source.length && source[at] !== '\n' && (inClass || source[at] !== '/')) {
    if (source[at] === '[') inClass = true;
    if (source[at] === ']') inClass = false;
    at += source[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}
