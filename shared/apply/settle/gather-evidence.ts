import type { Cluster } from '../../clouds/cluster.ts';
import { brief } from '../../rollout/outcome.ts';
import { inFlight } from '../in-flight.ts';
import type { LiveObject } from '../live-object.ts';
import type { Judged } from './assess-workload.ts';
import type { Sign } from './find-signs.ts';
import { type Occurrence, readEvents } from './read-events.ts';
import { readLogs } from './read-logs.ts';
import { readableText } from './readable-text.ts';

/** Why an object failed, with what the cluster itself says of it. For a blob; lines are cut at 500 characters. */
export interface Evidence {
  /** Of the object that was applied; the pod it failed by is named in `reason`. */
  readonly object: string;
  readonly reason: string;
  /** The newest warnings, newest last. */
  readonly events: readonly string[];
  /** The last lines that the container in trouble wrote. */
  readonly logs: readonly string[];
}

/** Objects whose evidence is gathered; the others fail for the same reason more often than not. */
const evidenceShown = 5;
const warningsShown = 10;

/**
 * Reads what the cluster says of objects that have failed, of the first five: the warnings about each and about the pod it failed by, and
 * the end of a log. What can not be read is left out.
 */
export const gatherEvidence = (
  judged: readonly Judged[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly Evidence[]> =>
  inFlight(judged.slice(0, evidenceShown), async ({ id, live, sign, settled }) => ({
    object: id,
    reason: brief(`${settled.reason}: ${settled.message}`),
    events: await warningsOf(cluster, subjectsOf(live, sign), signal),
    logs: sign === undefined ? [] : await readLogs(cluster, sign, signal),
  }));

const subjectsOf = (live: LiveObject | undefined, sign: Sign | undefined): readonly LiveObject[] => {
  const subjects = [live, sign?.subject].filter((each): each is LiveObject => each !== undefined);
  return subjects.filter(
    (each, place) => subjects.findIndex(({ metadata }) => metadata.uid === each.metadata.uid) === place,
  );
};

const warningsOf = async (
  cluster: Cluster,
  subjects: readonly LiveObject[],
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const events = await inFlight(subjects, (subject) => readEvents(cluster, subject, signal));
  return events
    .flat()
    .filter(({ type }) => type === 'Warning')
    .sort((a, b) => a.last - b.last)
    .slice(-warningsShown)
    .map(spokenWarning);
};

const spokenWarning = ({ last, reason, message, count }: Occurrence): string => {
  const at = Number.isNaN(last) ? '' : `${new Date(last).toISOString().replace('.000Z', 'Z')} `;
  return brief(readableText(`${at}${reason}: ${message}${count > 1 ? ` (${count} times)` : ''}`));
};
