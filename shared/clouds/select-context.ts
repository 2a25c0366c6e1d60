import { parse } from 'yaml';
import { ClusterUnresolved } from './cluster.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The one cluster and user that a context of a kubeconfig names, holding only fields we use. */
export interface SelectedContext {
  readonly cluster: Fields;
  readonly user: Fields;
  /** The one its requests go to where they name none. */
  readonly namespace?: string;
}

/**
 * Which user fields may be there: those that hold a credential; also a program that brings one (`exec`), where a person's own file is
 * read at that person's own prompt; or none, where a cloud's answer is read for its cluster alone.
 */
export type UserPart = 'used' | 'at-prompt' | 'ignored';

const CLUSTER_USED = ['server', 'certificate-authority', 'certificate-authority-data', 'tls-server-name'];
const USER_USED = [
  ...['token', 'tokenFile'],
  ...['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data'],
];
/** Fields that change nothing about where or as whom we ask. */
const HARMLESS = ['extensions', 'disable-compression'];

/** Fields that are refused rather than left out: without them the same file would mean something else. */
const REFUSED: Fields = {
  exec: 'runs a program on this machine',
  'auth-provider': 'runs a program on this machine',
  'insecure-skip-tls-verify': 'would send our token to whoever answers',
  'proxy-url': 'would send our requests through a third party',
  username: 'is not taken by any supported Kubernetes version',
  password: 'is not taken by any supported Kubernetes version',
  as: 'impersonation is not supported, and without it we would be somebody else',
  'as-uid': 'impersonation is not supported, and without it we would be somebody else',
  'as-groups': 'impersonation is not supported, and without it we would be somebody else',
  'as-user-extra': 'impersonation is not supported, and without it we would be somebody else',
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The entry of that name in one of the three lists of a kubeconfig. */
const entryOf = (subject: string, document: Fields, list: string, name: unknown): Fields => {
  const entries = document[list];
  const found = Array.isArray(entries) ? entries.filter((entry) => isFields(entry) && entry.name === name) : [];
  if (found.length !== 1) {
    throw new ClusterUnresolved(
      `${subject}: ${list} holds ${found.length} entries named ${JSON.stringify(name)}; expected one`,
    );
  }
  const inner = found[0][list.slice(0, -1)];
  if (!isFields(inner)) throw new ClusterUnresolved(`${subject}: ${list} ${JSON.stringify(name)} is empty`);
  return inner;
};

const onlyUsed = (subject: string, part: string, fields: Fields, used: readonly string[]): Fields => {
  for (const [name, value] of Object.entries(fields)) {
    // false, null and '' are how a file says that a field is not in use.
    if (!value || used.includes(name) || HARMLESS.includes(name)) continue;
    const why = REFUSED[name] ?? 'is not a field we know';
    throw new ClusterUnresolved(`${subject}: ${part}.${name}: refused: ${why}; expected only ${used.join(', ')}`);
  }
  return Object.fromEntries(used.filter((name) => fields[name]).map((name) => [name, fields[name]]));
};

/**
 * Picks one context out of the text of a kubeconfig: the named one, else its current one. Other contexts may hold anything: they are
 * not looked at.
 * @throws ClusterUnresolved when it is not there, or asks for something we refuse (running a program, no TLS check, a proxy,
 * impersonation, any field we do not know).
 */
export const selectContext = (
  subject: string,
  text: string,
  context: string | undefined,
  user: UserPart,
): SelectedContext => {
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    // The parser's message quotes the line, which may hold a token.
    throw new ClusterUnresolved(`${subject}: is not YAML; expected a kubeconfig`);
  }
  if (!isFields(document)) throw new ClusterUnresolved(`${subject}: is empty; expected a kubeconfig`);
  const name = context ?? document['current-context'];
  if (!name)
    throw new ClusterUnresolved(`${subject}: names no current-context; name a context in the target's locator`);
  const selected = entryOf(subject, document, 'contexts', name);
  const allowed = user === 'at-prompt' ? [...USER_USED, 'exec'] : USER_USED;
  const { namespace } = selected;
  return {
    cluster: onlyUsed(subject, 'cluster', entryOf(subject, document, 'clusters', selected.cluster), CLUSTER_USED),
    user:
      user === 'ignored' ? {} : onlyUsed(subject, 'user', entryOf(subject, document, 'users', selected.user), allowed),
    ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
  };
};
