import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { CloudsOutside } from '../shared/clouds/clouds-outside.ts';
import { type Cluster, ClusterUnresolved } from '../shared/clouds/cluster.ts';
import { clusterAt } from '../shared/clouds/cluster-at.ts';
import { kubeconfigCredential, resolveKubeconfig } from '../shared/clouds/kubeconfig.ts';
import { selectContext } from '../shared/clouds/select-context.ts';
import { socketHttp } from '../shared/outside/socket-http.ts';
import { execCredential } from './exec-credential.ts';
import { KubeconfigUnreadable, mergeKubeconfigs } from './merge-kubeconfigs.ts';
import { badInput } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** The cluster a person named, and the namespace its context goes to by itself. */
export interface NamedCluster {
  readonly cluster: Cluster;
  readonly namespace: string;
}

/**
 * Opens the cluster of a kubeconfig: `--kubeconfig`, else those that KUBECONFIG lists and that are there, merged, else `~/.kube/config`.
 * Nothing is sent yet. Throws `Stop` (exit 2) for a file that is not there or not one we use.
 */
export const openNamedCluster = async (
  terminal: Pick<Terminal, 'env' | 'directory' | 'clock'>,
  named: string | undefined,
  context: string | undefined,
): Promise<NamedCluster> => {
  const paths = findKubeconfigs(terminal, named);
  const path = paths.join(delimiter);
  try {
    const text = JSON.stringify(mergeKubeconfigs(paths.map((each) => ({ path: each, text: readKubeconfig(each) }))));
    const subject = `kubeconfig ${path}${context === undefined ? '' : ` (context ${context})`}`;
    const { cluster, user, namespace = 'default' } = selectContext(subject, text, context, 'at-prompt');
    const { exec, ...held } = user;
    const outside = outsideOf(terminal, path, oneContext(cluster, held));
    const endpoint = await resolveKubeconfig({ path }, outside);
    const mint = () =>
      exec === undefined ? kubeconfigCredential({ path }, outside) : execCredential(subject, exec, endpoint);
    const target = { name: context ?? path, locator: { kubeconfig: { path } }, endpoint };
    return { cluster: clusterAt(target, mint, outside), namespace };
  } catch (error) {
    throw error instanceof ClusterUnresolved || error instanceof KubeconfigUnreadable ? badInput(error.message) : error;
  }
};

const findKubeconfigs = (
  { env, directory }: Pick<Terminal, 'env' | 'directory'>,
  named: string | undefined,
): readonly string[] => {
  if (named !== undefined) return [resolve(directory, named)];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const places = listed.length > 0 ? listed : [join(env.HOME ?? env.USERPROFILE ?? '', '.kube', 'config')];
  const found = places.map((path) => resolve(directory, path)).filter((path) => existsSync(path));
  if (found.length > 0) return found;
  throw badInput(`no kubeconfig at ${places.join(' or ')}; name one with --kubeconfig or KUBECONFIG`);
};

const readKubeconfig = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new KubeconfigUnreadable(`kubeconfig ${path}: can not be read`);
  }
};

/** The context that was selected, as a kubeconfig of its own. */
const oneContext = (cluster: unknown, user: unknown): string =>
  JSON.stringify({
    clusters: [{ name: 'one', cluster }],
    users: [{ name: 'one', user }],
    contexts: [{ name: 'one', context: { cluster: 'one', user: 'one' } }],
    'current-context': 'one',
  });

/** A kubeconfig needs files and the network; whoever asks for more of what a deployment has is told that there is none. */
const outsideOf = ({ clock }: Pick<Terminal, 'clock'>, kubeconfig: string, text: string): CloudsOutside => ({
  clock,
  http: socketHttp(),
  readFile: async (path) => (path === kubeconfig ? text : readFileSync(path, 'utf8')),
  identity: async () => {
    throw new ClusterUnresolved('this command has no identity of its own; it comes as the user of the kubeconfig');
  },
  secrets: {
    get: async (name) => {
      throw new ClusterUnresolved(
        `this command has no secrets, ${name} neither; it comes as the user of the kubeconfig`,
      );
    },
  },
  settings: {
    region: '',
    stateMachines: { rollout: '', wave: '', deployment: '' },
    configRepository: { api: '', git: '', name: '', branch: '', config: '' },
    console: '',
    simulated: false,
  },
});
