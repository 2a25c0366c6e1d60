import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import type { Log } from '../../shared/outside/log.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { SecretMissing, type Secrets } from '../../shared/secrets/secrets.ts';

/** Nothing is kept. */
export const noSecrets: Secrets = {
  get: async (name) => {
    throw new SecretMissing(name, 'the test');
  },
};

const refuse = () => Promise.reject(new Error('the test has no cloud and no cluster'));

/** No identity at any cloud, and no cluster. */
export const noTools: StoreTools = {
  googleToken: refuse,
  azureToken: refuse,
  awsIdentity: refuse,
  openTarget: refuse,
};

/** A target that only has a name, and the labels given. */
export const targetNamed = (name: string, labels: Readonly<Record<string, string>> = {}): Target => ({
  name,
  locator: { kubeconfig: { path: 'kubeconfig' } },
  labels,
  namespace: 'default',
  allow: [],
});

/** A signal that nobody aborts. */
export const never = new AbortController().signal;

/** A log that nobody reads. */
export const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
