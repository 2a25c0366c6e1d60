import { dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { isObject, type JsonObject, listAt } from '../shared/apply/fields.ts';

/** A kubeconfig as it stands in a file. */
export interface KubeconfigFile {
  readonly path: string;
  readonly text: string;
}

/** A file that is no kubeconfig. Its parser's message is not repeated: it quotes the line, which may hold a token. */
export class KubeconfigUnreadable extends Error {
  override readonly name = 'KubeconfigUnreadable';
}

const lists = ['clusters', 'users', 'contexts'] as const;
/** Fields that name a file, relative to the kubeconfig they stand in. */
const fileFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

/**
 * Several kubeconfigs as one, as kubectl merges those that KUBECONFIG lists: of a cluster, user or context that several define the
 * first counts, whole, and of current-context the first that is set. Files they name become absolute.
 * @throws KubeconfigUnreadable
 */
export const mergeKubeconfigs = (files: readonly KubeconfigFile[]): JsonObject => {
  const documents = files.map(readOne);
  const current = documents
    .map((document) => document['current-context'])
    .find((name) => name !== undefined && name !== '');
  return {
    ...Object.fromEntries(
      lists.map((list) => [list, firstOfEach(documents.flatMap((document) => listAt(document, list)))]),
    ),
    ...(current === undefined ? {} : { 'current-context': current }),
  };
};

const readOne = ({ path, text }: KubeconfigFile): JsonObject => {
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    throw new KubeconfigUnreadable(`kubeconfig ${path}: is not YAML; expected a kubeconfig`);
  }
  if (document === null || document === undefined) return {};
  if (!isObject(document)) throw new KubeconfigUnreadable(`kubeconfig ${path}: expected a kubeconfig`);
  const named = lists.map((list) => [
    list,
    listAt(document, list).map((entry) => withAbsoluteFiles(entry, list, path)),
  ]);
  return { ...document, ...Object.fromEntries(named) };
};

const withAbsoluteFiles = (entry: unknown, list: string, path: string): unknown => {
  const inner = list.slice(0, -1);
  if (!isObject(entry) || !isObject(entry[inner])) return entry;
  const fields = Object.entries(entry[inner]).map(([name, value]) => [
    name,
    fileFields.includes(name) && typeof value === 'string' && value !== '' && !isAbsolute(value)
      ? join(dirname(path), value)
      : value,
  ]);
  return { ...entry, [inner]: Object.fromEntries(fields) };
};

const firstOfEach = (entries: readonly unknown[]): readonly unknown[] =>
  entries.filter(
    (entry, place) =>
      isObject(entry) && entries.findIndex((each) => isObject(each) && each.name === entry.name) === place,
  );
