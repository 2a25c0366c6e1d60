import type { ObjectId } from '../../rollout/plan.ts';
import { inFlight } from '../in-flight.ts';
import type { Collection } from '../list-collection.ts';
import type { LiveObject } from '../live-object.ts';
import { identityOf } from '../object-id.ts';
import type { Follower } from '../watch/follow-collection.ts';
import { groupSelectors, type SelectorGroup } from './group-selectors.ts';
import type { Owned } from './newest-pods.ts';

/** The pods of workloads, followed from when a workload is first asked about. */
export interface FollowedPods {
  /** Has the pods of these workloads, and of Deployments the ReplicaSets, ready to be read. @throws as `followCollection`. */
  follow(workloads: readonly LiveObject[]): Promise<void>;
  /** What the selectors of the workloads that are followed find. Others' pods may be among them. */
  of(workload: LiveObject): Owned;
}

/** Where collections are read from: followed by watches, or listed once. */
export interface PodSource {
  follow(collection: Collection): Promise<Pick<Follower, 'objects'>>;
}

interface Group {
  readonly follower: Pick<Follower, 'objects'>;
  readonly workloads: ReadonlySet<ObjectId>;
}

const kinds = {
  pods: { served: { group: '', version: 'v1', kind: 'Pod' }, path: '/api/v1' },
  replicaSets: { served: { group: 'apps', version: 'v1', kind: 'ReplicaSet' }, path: '/apis/apps/v1' },
} as const;
type Kind = keyof typeof kinds;

/** One request for as many workloads as have a label in common; opens nothing yet. */
export const followPods = (source: PodSource): FollowedPods => {
  const groups: Record<Kind, Group[]> = { pods: [], replicaSets: [] };
  const isFollowed = (kind: Kind, workload: LiveObject) =>
    groups[kind].some(({ workloads }) => workloads.has(identityOf(workload)));
  const open = async (kind: Kind, { namespace, selector, workloads }: SelectorGroup): Promise<void> => {
    const { served, path } = kinds[kind];
    const collection = `${path}/namespaces/${encodeURIComponent(namespace)}/${kind.toLowerCase()}`;
    const follower = await source.follow({
      served,
      path: `${collection}?labelSelector=${encodeURIComponent(selector)}`,
      keep: essenceOf,
    });
    groups[kind].push({ follower, workloads: new Set(workloads) });
  };
  const objectsOf = (kind: Kind, workload: LiveObject): readonly LiveObject[] =>
    groups[kind]
      .filter(({ workloads }) => workloads.has(identityOf(workload)))
      .flatMap(({ follower }) => [...follower.objects()]);

  return {
    follow: async (workloads) => {
      const owning = workloads.filter(({ kind }) => kind !== 'Pod');
      const deployments = owning.filter(({ kind }) => kind === 'Deployment');
      const wanted = [
        ...groupSelectors(owning.filter((each) => !isFollowed('pods', each))).map((group) => ['pods', group] as const),
        ...groupSelectors(deployments.filter((each) => !isFollowed('replicaSets', each))).map(
          (group) => ['replicaSets', group] as const,
        ),
      ];
      await inFlight(wanted, ([kind, group]) => open(kind, group));
    },
    of: (workload) => ({ pods: objectsOf('pods', workload), replicaSets: objectsOf('replicaSets', workload) }),
  };
};

/** There may be thousands: what nobody here reads is let go. */
const essenceOf = ({ apiVersion, kind, metadata, spec, status }: LiveObject): LiveObject => {
  const { managedFields: _managedFields, ...kept } = metadata;
  const restartPolicy =
    typeof spec === 'object' && spec !== null && 'restartPolicy' in spec ? spec.restartPolicy : undefined;
  return { apiVersion, kind, metadata: kept, spec: { restartPolicy }, status };
};
