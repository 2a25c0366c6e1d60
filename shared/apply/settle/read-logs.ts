import type { Cluster } from '../../clouds/cluster.ts';
import { brief } from '../../rollout/outcome.ts';
import type { Sign } from './find-signs.ts';
import { readableText } from './readable-text.ts';

const logLines = 20;
/** More than 20 lines ever need. The server sends the first bytes of the last lines, so lines of 50 kB each are still shown to the end. */
const logBytes = 2 ** 20;

/**
 * The last 20 lines that the container of a sign wrote: of the run that crashed, where it is a crash, else of the one that runs; of the
 * other where that log is gone. Bytes that are no UTF-8 are shown as `�`. None where no container has run, or where the log can not be
 * had: it is evidence, not a condition. @throws ClusterUnreachable, AccessRefused.
 */
export const readLogs = async (cluster: Cluster, sign: Sign, signal: AbortSignal): Promise<readonly string[]> => {
  if (sign.container === undefined) return [];
  const { namespace = '', name } = sign.subject.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`;
  const query = `container=${encodeURIComponent(sign.container)}&tailLines=${logLines}&limitBytes=${logBytes}`;
  for (const run of sign.is === 'crash' ? ['&previous=true', ''] : ['', '&previous=true']) {
    const response = await cluster.request(`${path}?${query}${run}`, { signal });
    const text = await response.text();
    const lines = response.ok ? text.trimEnd().split(/\r?\n/).slice(-logLines) : [];
    if (lines.some((line) => line !== '')) return lines.map((line) => brief(readableText(line)));
  }
  return [];
};
