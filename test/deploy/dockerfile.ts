import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';

/** One instruction: its name, flags such as --from=build, and the rest, continuation lines joined. */
export interface Instruction {
  readonly name: string;
  readonly flags: ReadonlyMap<string, string>;
  readonly rest: string;
}

export interface Stage {
  readonly image: string;
  readonly alias: string | null;
  readonly instructions: readonly Instruction[];
}

/** The stages of the Dockerfile, in order. */
export function readStages(): Stage[] {
  return parseStages(readFileSync(join(packageRoot(), 'Dockerfile'), 'utf8'));
}

/** @throws Error when an instruction stands before the first FROM */
export function parseStages(text: string): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of instructions(text)) {
    if (instruction.name === 'FROM') {
      const [image = '', , alias = null] = instruction.rest.split(/\s+/);
      stages.push({ image, alias, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`${instruction.name} before the first FROM`);
    stage.instructions.push(instruction);
  }
  return stages;
}

function instructions(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, '');
  return joined
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', ...words] = line.split(/\s+/);
      const first = words.findIndex((word) => !word.startsWith('--'));
      const flags = words.slice(0, first).map((flag) => {
        const [key = '', value = ''] = flag.slice(2).split('=');
        return [key, value] as const;
      });
      return { name: name.toUpperCase(), flags: new Map(flags), rest: words.slice(first).join(' ') };
    });
}

/** What a stage runs, each command as its words. @throws SyntaxError when one is in shell form */
export function execForms(stage: Stage, name: string): string[][] {
  return named(stage, name).map(({ rest }) => execForm(rest));
}

/** The words of an exec form, after CMD where HEALTHCHECK writes it. @throws SyntaxError for a shell form */
export function execForm(rest: string): string[] {
  return JSON.parse(rest.replace(/^CMD /, '')) as string[];
}

export function named(stage: Stage, name: string): Instruction[] {
  return stage.instructions.filter((instruction) => instruction.name === name);
}

/** One COPY: from another stage, or with `from` null from the repository. */
export interface Copy {
  readonly from: string | null;
  readonly owner: string | null;
  readonly sources: readonly string[];
  readonly target: string;
}

export function copies(stage: Stage): Copy[] {
  return named(stage, 'COPY').map(({ flags, rest }) => {
    const words = rest.split(' ');
    return {
      from: flags.get('from') ?? null,
      owner: flags.get('chown') ?? null,
      sources: words.slice(0, -1),
      target: words.at(-1) ?? '',
    };
  });
}

/** Whether .dockerignore keeps a path from the builder: the last pattern that matches it or a folder above decides. */
export function isIgnored(path: string): boolean {
  let ignored = false;
  for (const line of readFileSync(join(packageRoot(), '.dockerignore'), 'utf8').split('\n')) {
    const pattern = line.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const wanted = pattern.startsWith('!');
    const shape = shapeOf(pattern.replace(/^!/, ''));
    if (withParents(path).some((part) => shape.test(part))) ignored = !wanted;
  }
  return ignored;
}

/** Of the pattern language only `*` is used here. @throws Error for a pattern that needs more */
function shapeOf(pattern: string): RegExp {
  if (!/^[\w./*-]+$/.test(pattern) || pattern.includes('**'))
    throw new Error(`pattern not understood: ${pattern}`);
  return new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
}

function withParents(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Files below a path of the repository, or the path itself when it is a file. */
export function filesBelow(path: string): string[] {
  try {
    return readdirSync(join(packageRoot(), path), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(packageRoot().length + 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}
