import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { isObject, listAt, textAt } from '../shared/apply/fields.ts';
import type { CloudsOutside } from '../shared/clouds/clouds-outside.ts';
import { type Cluster, ClusterUnresolved } from '../shared/clouds/cluster.ts';
import { resolveKubeconfig } from '../shared/clouds/kubeconfig.ts';
import { openCluster } from '../shared/clouds/open-cluster.ts';
import { undiciHttp } from '../shared/outside/undici.ts';
import { badInput } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** The cluster a person named, and the namespace its context goes to by itself. */
export interface NamedCluster {
  readonly cluster: Cluster;
  readonly namespace: string;
}

/** Wherever a kubeconfig of one's own may point to: the machine itself and private networks. Never metadata services. */
const anywhere = [
  '127.0.0.0/8',
  '::1/128',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '198.18.0.0/15',
  'fc00::/7',
];

/**
 * Opens the cluster of a kubeconfig: `--kubeconfig`, else the first file of KUBECONFIG that is there, else `~/.kube/config`. Nothing is
 * sent yet. Throws `Stop` (exit 2) for a file that is not there or not one we use.
 */
export const openNamedCluster = async (
  terminal: Pick<Terminal, 'env' | 'directory' | 'clock'>,
  named: string | undefined,
  context: string | undefined,
): Promise<NamedCluster> => {
  const path = findKubeconfig(terminal, named);
  const locator = { path, ...(context === undefined ? {} : { context }) };
  const outside = outsideOf(terminal);
  try {
    const endpoint = await resolveKubeconfig(locator, outside);
    const cluster = openCluster(
      { name: context ?? path, locator: { kubeconfig: locator }, endpoint, allow: anywhere },
      outside,
    );
    return { cluster, namespace: namespaceOf(path, context) };
  } catch (error) {
    throw error instanceof ClusterUnresolved ? badInput(error.message) : error;
  }
};

const findKubeconfig = ({ env, directory }: Pick<Terminal, 'env' | 'directory'>, named: string | undefined): string => {
  if (named !== undefined) return resolve(directory, named);
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const places = listed.length > 0 ? listed : [join(env.HOME ?? env.USERPROFILE ?? '', '.kube', 'config')];
  const found = places.map((path) => resolve(directory, path)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw badInput(`no kubeconfig at ${places.join(' or ')}; name one with --kubeconfig or KUBECONFIG`);
};

/** As kubectl has it: the namespace of the context, else `default`. The file is known to be readable. */
const namespaceOf = (path: string, context: string | undefined): string => {
  const document: unknown = parse(readFileSync(path, 'utf8'));
  const name = context ?? textAt(document, 'current-context');
  const entry = listAt(document, 'contexts').find((each) => isObject(each) && each.name === name);
  return textAt(entry, 'context', 'namespace') || 'default';
};

/** A kubeconfig needs files and the network; whoever asks for more of what a deployment has is told that there is none. */
const outsideOf = ({ clock }: Pick<Terminal, 'clock'>): CloudsOutside => ({
  clock,
  http: undiciHttp(),
  readFile: async (path) => readFileSync(path, 'utf8'),
  identity: async () => {
    throw new ClusterUnresolved('this command has no identity of its own; it comes as the user of the kubeconfig');
  },
  settings: {
    region: '',
    stateMachines: { rollout: '', wave: '', deployment: '' },
    configRepository: { api: '', git: '', name: '', branch: '', config: '' },
    console: '',
    simulated: false,
  },
});
