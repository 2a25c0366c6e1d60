import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** One import or re-export, as it is written. */
export interface Import {
  /** A path from the repository's root, or the name of a package. */
  readonly from: string;
  readonly names: readonly string[];
  /** Nothing of it is left when types are stripped. */
  readonly isType: boolean;
}

export interface Source {
  readonly path: string;
  readonly text: string;
  /** Without comments and the contents of strings: what is looked for in code is not found in prose. */
  readonly code: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly exports: readonly string[];
}

const FROM = /^(?:import|export)\s+(type\s+)?([^;'"]*?)\s*from\s+'([^']+)'/gm;
const BARE = /^import\s+'([^']+)'/gm;
const DYNAMIC = /(?:\bconst\s+\{([^}]*)\}\s*=\s*await\s+)?\bimport\('([^']+)'\)/g;
const EXPORT = /^export\s+(?:async\s+)?(?:const|function\*?|class|interface|type|abstract class)\s+([\w$]+)/gm;

const resolve = (path: string, from: string): string =>
  from.startsWith('.') ? normalize(join(dirname(path), from)) : from;

/** The names a clause takes, and whether each is only a type. `* as x` and a default are the names `*` and `default`. */
const namesOf = (clause: string): readonly { readonly name: string; readonly isType: boolean }[] => {
  const braces = /\{([^}]*)\}/.exec(clause)?.[1] ?? '';
  const named = braces
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => ({
      name: entry.replace(/^type\s+/, '').split(/\s+as\s+/)[0] ?? '',
      isType: entry.startsWith('type '),
    }));
  const rest = clause
    .replace(/\{[^}]*\}/, '')
    .replaceAll(',', ' ')
    .trim();
  return rest === '' ? named : [...named, { name: rest.startsWith('*') ? '*' : 'default', isType: false }];
};

const importsOf = (path: string, text: string): readonly Import[] => [
  ...[...text.matchAll(FROM)].map(([, type, clause = '', from = '']) => {
    const names = namesOf(clause);
    const isType = type !== undefined || (names.length > 0 && names.every((each) => each.isType));
    return { from: resolve(path, from), names: names.map(({ name }) => name), isType };
  }),
  ...[...text.matchAll(BARE)].map(([, from = '']) => ({ from: resolve(path, from), names: [], isType: false })),
  ...[...text.matchAll(DYNAMIC)].map(([, names, from = '']) => ({
    from: resolve(path, from),
    names: names === undefined ? ['*'] : namesOf(`{${names}}`).map(({ name }) => name),
    isType: false,
  })),
];

/** Blanks comments and what stands in quotes. Close enough for a check; a regular expression with a quote in it is not understood. */
const codeOf = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/gm, (found) =>
    found.replace(/[^\n]/g, ' '),
  );

const read = (path: string): Source => {
  const text = readFileSync(join(root, path), 'utf8');
  return {
    path,
    text,
    code: codeOf(text),
    lines: text.split('\n').length - 1,
    imports: importsOf(path, text),
    exports: [...text.matchAll(EXPORT)].map(([, name = '']) => name),
  };
};

const under = (pattern: string): readonly Source[] => globSync(pattern, { cwd: root }).sort().map(read);

/** Every source of the product. */
export const sources = under('{functions,shared,local,console,cli,bench}/**/*.ts');
export const tests = under('test/**/*.ts');
