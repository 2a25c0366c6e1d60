import type { Cluster } from '../clouds/cluster.ts';
import { brief } from '../rollout/outcome.ts';
import { inFlight } from './in-flight.ts';
import type { LiveObject } from './live-object.ts';
import type { Judged } from './read-landings.ts';
import { type Evidence, readLogs, readWarnings } from './read-pods.ts';

/** Objects whose evidence is gathered; the others fail for the same reason more often than not. */
const evidenceShown = 5;

/** What the cluster itself says of objects that did not become what was applied: the warnings about each, and the last words of its pod. */
export const gatherEvidence = (
  judged: readonly Judged[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly Evidence[]> =>
  inFlight(judged.slice(0, evidenceShown), async ({ id, live, doom, settled }) => {
    const subject: LiveObject | undefined = doom?.pod ?? live;
    return {
      object: id,
      reason: brief(`${settled.reason}: ${settled.message}`),
      events: subject === undefined ? [] : await readWarnings(cluster, subject, signal),
      logs: doom === undefined ? [] : await readLogs(cluster, doom, signal),
    };
  });
