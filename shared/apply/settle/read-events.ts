import type { Cluster } from '../../clouds/cluster.ts';
import { ApiServerRefused } from '../api-requests.ts';
import { numberAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { list } from '../read-live.ts';

/** What the cluster reported about an object, the same report counted. Times are epoch milliseconds. */
export interface Occurrence {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

const served = { group: '', version: 'v1', kind: 'Event' };

/** The events about one object, of its uid, oldest first. None where they may not be read: they are evidence, not a condition. */
export const readEvents = async (
  cluster: Cluster,
  { kind, metadata: { namespace = '', name, uid } }: LiveObject,
  signal: AbortSignal,
): Promise<readonly Occurrence[]> => {
  const selector = encodeURIComponent(
    `involvedObject.kind=${kind},involvedObject.name=${name},involvedObject.uid=${uid}`,
  );
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace || 'default')}/events?fieldSelector=${selector}`;
  try {
    return countOccurrences((await list(cluster, served, path, signal)).map(readOccurrence));
  } catch (error) {
    if (error instanceof ApiServerRefused) return [];
    throw error;
  }
};

/** core/v1: repeated reports count up in place, or as a series (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/). */
const readOccurrence = (event: LiveObject): Occurrence => {
  const created = textAt(event, 'eventTime') ?? textAt(event, 'metadata', 'creationTimestamp') ?? '';
  const first = textAt(event, 'firstTimestamp') ?? created;
  const last = textAt(event, 'series', 'lastObservedTime') ?? textAt(event, 'lastTimestamp') ?? created;
  return {
    type: textAt(event, 'type') ?? '',
    reason: textAt(event, 'reason') ?? '',
    message: textAt(event, 'message') ?? '',
    first: Date.parse(first),
    last: Date.parse(last),
    count: numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 1,
  };
};

/** Equal reports of different senders, or of one that forgot having sent it, as one. */
const countOccurrences = (events: readonly Occurrence[]): readonly Occurrence[] => {
  const counted = new Map<string, Occurrence>();
  for (const event of events) {
    const key = JSON.stringify([event.type, event.reason, event.message]);
    const before = counted.get(key);
    counted.set(
      key,
      before === undefined
        ? event
        : {
            ...event,
            first: Math.min(before.first, event.first),
            last: Math.max(before.last, event.last),
            count: before.count + event.count,
          },
    );
  }
  return [...counted.values()].sort((a, b) => a.last - b.last || (a.message < b.message ? -1 : 1));
};
