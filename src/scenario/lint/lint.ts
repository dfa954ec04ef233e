import { Errors } from 'typebox/value';
import { DenwabanError } from '../../errors.ts';
import { ScenarioFile } from '../schema.ts';
import { ScenarioSource } from '../source.ts';
import { RULES } from './rules.ts';
import type { Draft, Finding, Problem, Rule } from './rule.ts';
import { draftText } from './speech.ts';

/** The one finding of a file that is no YAML: nothing in it can be looked at. */
const NO_YAML = 'yaml';

/**
 * Everything that a careful reader would object to in a scenario file, in the order of the file.
 *
 * @param file name for the findings
 * @param tools names of the tools that exist
 */
export function lintScenario(file: string, text: string, tools: readonly string[]): Finding[] {
  const source = read(file, text);
  if (!(source instanceof ScenarioSource)) return [source];
  const content = source.content();
  if (isMessageFile(content)) return [];
  const draft: Draft = {
    source,
    content: Errors(ScenarioFile, content).length === 0 ? (content as ScenarioFile) : null,
    texts: source.strings().map(draftText),
    tools,
  };
  return RULES.flatMap((rule) =>
    rule.check(draft).map((problem) => findingOf(file, draft, rule, problem)),
  ).toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** The words of text messages stand beside the scenarios; they are checked at the start by rules of their own. */
function isMessageFile(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'templates' in content && !('phrases' in content);
}

function read(file: string, text: string): ScenarioSource | Finding {
  try {
    return new ScenarioSource(file, text);
  } catch (error) {
    if (!(error instanceof DenwabanError)) throw error;
    const line = Number(/:(\d+): /u.exec(error.message)?.[1] ?? 1);
    return {
      file,
      line,
      column: 1,
      severity: 'error',
      rule: NO_YAML,
      path: '',
      message: 'YAMLとして読めません。',
      fix: 'この行と前の行の字下げ、引用符、コロンのあとの空白を確かめます。同じ項目を二度書くこと、& や * で始まる値は使えません。',
    };
  }
}

function findingOf(file: string, draft: Draft, rule: Rule, problem: Problem): Finding {
  const { path, message, fix } = problem;
  return {
    file,
    ...placeOf(draft, problem),
    severity: rule.severity,
    rule: rule.id,
    path: path.join('.'),
    message,
    fix,
  };
}

function placeOf({ source, texts }: Draft, { path, at, offset }: Problem) {
  if (offset !== undefined) return source.positionAt(offset);
  const text = at === undefined ? undefined : texts.find((one) => one.path.join('.') === path.join('.'));
  return at === undefined || text === undefined
    ? source.position(path)
    : source.positionInside(path, text.text, at);
}
