import { dirname, isAbsolute, join } from 'node:path';
import type { KubeconfigLocator } from '../rollout/target.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { type ClusterEndpoint, ClusterUnresolved } from './cluster.ts';
import type { Credential } from './credential.ts';
import { type SelectedContext, selectContext } from './select-context.ts';

/** A token in a file is one that somebody renews there: it is read again after a minute, as kubectl does. */
const TOKEN_FILE_LIFE_MS = 60_000;

const subjectOf = ({ path, context }: KubeconfigLocator): string =>
  `kubeconfig ${path}${context === undefined ? '' : ` (context ${context})`}`;

/** A text of a kubeconfig's entry; a file that holds something else there is not one that kubectl takes either. */
const textOf = (subject: string, fields: SelectedContext['user'], name: string): string | undefined => {
  const value = fields[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new ClusterUnresolved(`${subject}: ${name}: expected text`);
};

const endpointOf = (subject: string, cluster: SelectedContext['cluster'], ca: string | undefined): ClusterEndpoint => {
  const server = textOf(subject, cluster, 'server');
  if (!server?.startsWith('https://') || !URL.canParse(server)) {
    throw new ClusterUnresolved(`${subject}: server ${server}: expected an address that starts with https://`);
  }
  const serverName = textOf(subject, cluster, 'tls-server-name');
  return {
    server: server.replace(/\/+$/, ''),
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { serverName }),
  };
};

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

/**
 * Server and CA of a kubeconfig that a cloud hands out; its user is not looked at, files are not read.
 * @throws ClusterUnresolved
 */
export const readClusterOf = (subject: string, text: string): ClusterEndpoint => {
  const { cluster } = selectContext(subject, text, undefined, 'ignored');
  const data = textOf(subject, cluster, 'certificate-authority-data');
  if (cluster['certificate-authority'] !== undefined || data === undefined)
    throw new ClusterUnresolved(`${subject}: kubeconfig holds no CA; expected certificate-authority-data`);
  return endpointOf(subject, cluster, decoded(data));
};

const open = async (locator: KubeconfigLocator, outside: CloudsOutside) => {
  const subject = subjectOf(locator);
  const { readFile } = outside;
  if (!readFile) throw new ClusterUnresolved(`${subject}: there are no files where this runs; use eks, gke or aks`);
  const read = (path: string) =>
    readFile(isAbsolute(path) ? path : join(dirname(locator.path), path)).catch((error: unknown) => {
      throw new ClusterUnresolved(`${subject}: ${path} can not be read`, { cause: error });
    });
  /** The PEM text of a field. Data in the file itself goes before a file it names, as kubectl has it. */
  const pem = async (fields: SelectedContext['user'], name: string): Promise<string | undefined> => {
    const data = textOf(subject, fields, `${name}-data`);
    const file = textOf(subject, fields, name);
    return data === undefined ? file && read(file) : decoded(data);
  };
  const text = await readFile(locator.path).catch((error: unknown) => {
    throw new ClusterUnresolved(`${subject}: can not be read`, { cause: error });
  });
  return { subject, ...selectContext(subject, text, locator.context, 'used'), read, pem };
};

/** Where the cluster of a kubeconfig's context answers. @throws ClusterUnresolved */
export const resolveKubeconfig = async (
  locator: KubeconfigLocator,
  outside: CloudsOutside,
): Promise<ClusterEndpoint> => {
  const { subject, cluster, pem } = await open(locator, outside);
  return endpointOf(subject, cluster, await pem(cluster, 'certificate-authority'));
};

/**
 * What a kubeconfig's user is known by: a token, the token of a file, or a client certificate with its key. The file is read at
 * each minting, so a renewed one counts.
 * @throws ClusterUnresolved
 */
export const kubeconfigCredential = async (locator: KubeconfigLocator, outside: CloudsOutside): Promise<Credential> => {
  const { subject, user, read, pem } = await open(locator, outside);
  const file = textOf(subject, user, 'tokenFile');
  if (file !== undefined) {
    return { token: (await read(file)).trim(), expiresAt: outside.clock.now() + TOKEN_FILE_LIFE_MS };
  }
  const token = textOf(subject, user, 'token');
  if (token !== undefined) return { token, expiresAt: Number.POSITIVE_INFINITY };
  const cert = await pem(user, 'client-certificate');
  const key = await pem(user, 'client-key');
  if (!cert || !key) {
    throw new ClusterUnresolved(
      `${subject}: its user holds neither a token nor a client certificate with its key; expected one`,
    );
  }
  return { tls: { cert, key }, expiresAt: Number.POSITIVE_INFINITY };
};
