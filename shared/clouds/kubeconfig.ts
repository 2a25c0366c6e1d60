import { dirname, isAbsolute, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { KubeconfigLocator } from '../rollout/target.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { type ClusterEndpoint, ClusterUnresolved } from './cluster.ts';
import type { Credential } from './credential.ts';
import { type SelectedContext, selectContext } from './select-context.ts';

/** A token in a file is one that somebody renews there: it is read again after a minute, as kubectl does. */
const TOKEN_FILE_LIFE_MS = 60_000;

const subjectOf = ({ path, context }: KubeconfigLocator): string =>
  `kubeconfig ${path}${context === undefined ? '' : ` (context ${context})`}`;

/** The client's own reading of what was selected. It is given nothing else: it opens files that a user entry names. */
const loaded = ({ cluster, user: { tokenFile: _, ...user } }: SelectedContext): KubeConfig => {
  const one = 'selected';
  const config = new KubeConfig();
  config.loadFromString(
    JSON.stringify({
      clusters: [{ name: one, cluster }],
      users: [{ name: one, user }],
      contexts: [{ name: one, context: { cluster: one, user: one } }],
      'current-context': one,
    }),
  );
  return config;
};

const endpointOf = (subject: string, config: KubeConfig, ca: string | undefined): ClusterEndpoint => {
  const cluster = config.getCurrentCluster();
  if (!cluster?.server.startsWith('https://')) {
    throw new ClusterUnresolved(`${subject}: server ${cluster?.server}: expected an address that starts with https://`);
  }
  return {
    server: cluster.server,
    ...(ca === undefined ? {} : { ca }),
    ...(cluster.tlsServerName ? { serverName: cluster.tlsServerName } : {}),
  };
};

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

/**
 * Server and CA of a kubeconfig that a cloud hands out; its user is not looked at, files are not read.
 * @throws ClusterUnresolved
 */
export const readClusterOf = (subject: string, text: string): ClusterEndpoint => {
  const config = loaded(selectContext(subject, text, undefined, 'ignored'));
  const { caData, caFile } = config.getCurrentCluster() ?? {};
  if (caFile || !caData)
    throw new ClusterUnresolved(`${subject}: kubeconfig holds no CA; expected certificate-authority-data`);
  return endpointOf(subject, config, decoded(caData));
};

const open = async (locator: KubeconfigLocator, outside: CloudsOutside) => {
  const subject = subjectOf(locator);
  const { readFile } = outside;
  if (!readFile) throw new ClusterUnresolved(`${subject}: there are no files where this runs; use eks, gke or aks`);
  const read = (path: string) =>
    readFile(isAbsolute(path) ? path : join(dirname(locator.path), path)).catch((error: unknown) => {
      throw new ClusterUnresolved(`${subject}: ${path} can not be read`, { cause: error });
    });
  /** Data in the file itself goes before a file it names, as the client library has it. */
  const pem = async (data: string | null | undefined, file: string | null | undefined) =>
    data ? decoded(data) : file ? read(file) : undefined;
  const text = await readFile(locator.path).catch((error: unknown) => {
    throw new ClusterUnresolved(`${subject}: can not be read`, { cause: error });
  });
  const selected = selectContext(subject, text, locator.context, 'used');
  return { subject, selected, config: loaded(selected), read, pem };
};

/** Where the cluster of a kubeconfig's context answers. @throws ClusterUnresolved */
export const resolveKubeconfig = async (
  locator: KubeconfigLocator,
  outside: CloudsOutside,
): Promise<ClusterEndpoint> => {
  const { subject, config, pem } = await open(locator, outside);
  const cluster = config.getCurrentCluster();
  return endpointOf(subject, config, await pem(cluster?.caData, cluster?.caFile));
};

/**
 * What a kubeconfig's user is known by: a token, the token of a file, or a client certificate with its key. The file is read at
 * each minting, so a renewed one counts.
 * @throws ClusterUnresolved
 */
export const kubeconfigCredential = async (locator: KubeconfigLocator, outside: CloudsOutside): Promise<Credential> => {
  const { subject, selected, config, read, pem } = await open(locator, outside);
  const user = config.getCurrentUser();
  const { tokenFile } = selected.user;
  if (typeof tokenFile === 'string') {
    return { token: (await read(tokenFile)).trim(), expiresAt: outside.clock.now() + TOKEN_FILE_LIFE_MS };
  }
  if (user?.token) return { token: user.token, expiresAt: Number.POSITIVE_INFINITY };
  const cert = await pem(user?.certData, user?.certFile);
  const key = await pem(user?.keyData, user?.keyFile);
  if (!cert || !key) {
    throw new ClusterUnresolved(
      `${subject}: its user holds neither a token nor a client certificate with its key; expected one`,
    );
  }
  return { tls: { cert, key }, expiresAt: Number.POSITIVE_INFINITY };
};
