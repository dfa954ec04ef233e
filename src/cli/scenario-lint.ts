import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packageRoot } from '../lib/package-root.ts';
import { lintScenario } from '../scenario/lint/lint.ts';
import type { Finding } from '../scenario/lint/rule.ts';

import { TOOL_NAMES } from '../scenario/tool-names.ts';
import { readOptions } from './options.ts';
import { EXIT, OperatorError, UsageError, type Command, type Surroundings } from './program.ts';
import { fileProblem } from './read-file.ts';

const HELP = `Usage: denwaban scenario lint [FILE…] [options]

Reads scenario files as a careful person would: missing phrases, a notice that the greeting does not
say, tools without use, sentences too long for the telephone, dates without weekday, double polite
forms, words that a voice reads wrongly, telephone numbers, promises, keys that do not exist, and
more. Findings are in Japanese; the rules are listed in docs/scenarios.md. Nothing is changed.

FILE is a path, or the name of a shipped scenario such as attendance-ja. Without one, the scenario
that the service would use is read (SCENARIO, or attendance-ja).

  --format FORMAT      text (default) or json: a list of findings
  --strict             warnings count as errors
  -h, --help           this text

Exit code: 0 nothing to correct, 1 errors, 2 the command line is not understood.
`;

const SHIPPED_NAME = /^[a-z0-9-]+$/i;

/** `denwaban scenario lint`. */
export const scenarioLintCommand: Command = {
  summary: 'find what a person would overlook in a scenario',
  help: HELP,
  run: async (args, surroundings) => {
    const { values, positionals } = readOptions(args, {
      format: { type: 'string', default: 'text' },
      strict: { type: 'boolean', default: false },
    });
    if (values.format !== 'text' && values.format !== 'json')
      throw new UsageError(`--format ${values.format}: write text or json.`);
    const files = positionals.length > 0 ? positionals : [surroundings.env['SCENARIO'] || 'attendance-ja'];
    const findings = (await Promise.all(files.map(lintFile))).flat();
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    if (values.format === 'json') surroundings.out(`${JSON.stringify(findings, null, 2)}\n`);
    else report(surroundings, files.length, findings, errors);
    return errors > 0 || (values.strict && findings.length > 0) ? EXIT.failed : EXIT.done;
  },
};

async function lintFile(name: string): Promise<Finding[]> {
  const path = SHIPPED_NAME.test(name) ? join(packageRoot(), 'scenarios', `${name}.yaml`) : resolve(name);
  const shown = SHIPPED_NAME.test(name) ? `scenarios/${name}.yaml` : name;
  return lintScenario(shown, await read(path, shown), TOOL_NAMES);
}

async function read(path: string, shown: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new OperatorError(`${shown} cannot be read (${fileProblem(error)}).`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new OperatorError(`${shown} is not UTF-8. Save it with the encoding UTF-8.`);
  }
}

function report({ out }: Surroundings, files: number, findings: readonly Finding[], errors: number): void {
  for (const { file, line, column, severity, rule, message, fix } of findings) {
    const label = severity === 'error' ? 'エラー' : '注意';
    out(`${file}:${line}:${column}: ${label} [${rule}] ${message}\n    直し方: ${fix}\n`);
  }
  const warnings = findings.length - errors;
  out(
    findings.length === 0
      ? `${files}件のシナリオを確かめました。直すところはありません。\n`
      : `${files}件のシナリオを確かめました。エラー${errors}件、注意${warnings}件です。\n`,
  );
}
