import type { PrometheusStore } from '../../rollout/metric-source.ts';
import type { StoreTools } from './store-tools.ts';

/** What Azure Monitor workspaces take tokens for (learn.microsoft.com, "Query Prometheus metrics using the API"). */
const AZURE_SCOPE = 'https://prometheus.monitor.azure.com/.default';

/** Announces us to a managed store by our federated identity; nothing where the store has a token of its own. */
export const identityHeaders = (
  { identity }: Pick<PrometheusStore, 'identity'>,
  tools: Pick<StoreTools, 'googleToken' | 'azureToken'>,
  signal: AbortSignal,
): Readonly<Record<string, () => Promise<string>>> => {
  if (identity === undefined) return {};
  const token = () => (identity === 'google' ? tools.googleToken(signal) : tools.azureToken(AZURE_SCOPE, signal));
  return { authorization: async () => `Bearer ${await token()}` };
};
