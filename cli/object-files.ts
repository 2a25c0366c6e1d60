import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kubernetesScalars } from '../shared/render/kubernetes-scalars.ts';
import { type ManifestDocument, type ParsedManifests, parseJson, parseYaml } from '../shared/render/parse-yaml.ts';
import { describeProblem } from '../shared/render/render-failed.ts';

/** What was found under the paths of a command line. */
export interface ObjectFiles {
  /** In order of file name, by bytes, then of document. */
  readonly documents: readonly ManifestDocument[];
  /** What can not be read, each with where. Documents of a file with problems are left out where they are concerned. */
  readonly problems: readonly string[];
}

/** How files are read: what is sent to a cluster must be plain; what came from one may be as loose as its tools are. */
export type Reading = 'strict' | 'as-kubectl';

/** Where a path stands for standard input, as with kubectl. */
const standardInput = '-';

/**
 * Reads the documents of files and of folders (every .yaml, .yml and .json at any depth, hidden ones left out; links are followed, to a
 * folder once), and of standard input for `-`. A file that is named twice is read once. `as-kubectl` takes the last of keys that are
 * written twice, where `strict` has a problem. Never throws for what the paths hold.
 */
export const readObjectFiles = (directory: string, paths: readonly string[], reading: Reading): ObjectFiles => {
  const documents: ManifestDocument[] = [];
  const problems: string[] = [];
  const files = new Map<string, string>();
  for (const path of paths) {
    try {
      const found = filesUnder(directory, path);
      if (found.length === 0) problems.push(`${path}: holds no .yaml, .yml or .json file`);
      for (const file of found) files.set(resolve(directory, file), file);
    } catch (error) {
      problems.push(`${whereOf(error, directory, path)}: ${whyNot(error)}`);
    }
  }
  const named = [...files.values()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const file of named) {
    try {
      const isInput = file === standardInput;
      const parsed = isInput
        ? parse('stdin', readFileSync(0), reading)
        : parse(file, readFileSync(resolve(directory, file)), reading);
      documents.push(...parsed.documents);
      problems.push(...parsed.problems.map(describeProblem));
    } catch (error) {
      problems.push(`${file}: ${whyNot(error)}`);
    }
  }
  return { documents, problems };
};

/** What other tools take as it is: the last of keys written twice, and a number as near as a double comes to it. */
const looseCodes: readonly string[] = ['DUP_KEY', 'NUMBER_UNSAFE'];

const parse = (file: string, bytes: Uint8Array, reading: Reading): ParsedManifests => {
  const parsed = file.endsWith('.json') ? parseJson(file, bytes) : parseYaml(file, bytes);
  const isLoose = parsed.problems.length > 0 && parsed.problems.every(({ code }) => looseCodes.includes(code));
  return reading === 'as-kubectl' && isLoose ? parseLoosely(file, bytes) : parsed;
};

/** A text whose only problems are known to be such as other tools have none with. */
const parseLoosely = (file: string, bytes: Uint8Array): ParsedManifests => {
  const documents = parseAllDocuments(Buffer.from(bytes).toString('utf8'), {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    customTags: kubernetesScalars,
    logLevel: 'silent',
  });
  const values = Array.isArray(documents) ? documents.map((document): unknown => document.toJS()) : [];
  return {
    documents: values.flatMap((value, place) =>
      value === null ? [] : [{ value, source: `${file} (document ${place + 1})` }],
    ),
    problems: [],
  };
};

const filesUnder = (directory: string, path: string): readonly string[] => {
  if (path === standardInput || !statSync(resolve(directory, path)).isDirectory()) return [path];
  return filesIn(directory, path, new Set());
};

/** What a link leads to is read as if it stood there: a file that was passed over would be missing from the set, and so be pruned. */
const filesIn = (directory: string, folder: string, seen: Set<string>): readonly string[] => {
  const place = realpathSync(resolve(directory, folder));
  if (seen.has(place)) return [];
  seen.add(place);
  return readdirSync(place).flatMap((name) => {
    const path = join(folder, name);
    const isManifest = /\.(?:ya?ml|json)$/.test(name);
    if (name.startsWith('.')) return [];
    const found = statSync(resolve(directory, path), { throwIfNoEntry: false });
    if (found?.isDirectory()) return filesIn(directory, path, seen);
    // A link that leads nowhere is reported when it is read.
    return isManifest && (found === undefined || found.isFile()) ? [path] : [];
  });
};

/** The folder or file below `path` that could not be read, as whoever named `path` would name it. */
const whereOf = (error: unknown, directory: string, path: string): string => {
  const place = error instanceof Error && 'path' in error ? error.path : undefined;
  if (typeof place !== 'string' || place === resolve(directory, path)) return path;
  return isAbsolute(path) ? place : relative(realpathSync(directory), place);
};

const whyNot = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'ELOOP') return 'is a link that leads back to itself';
  return code === 'EACCES' ? 'may not be read' : String(code ?? error);
};
