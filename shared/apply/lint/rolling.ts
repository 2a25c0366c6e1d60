import { isObject, listAt, numberAt, objectAt, textAt } from '../fields.ts';
import { isKind } from '../object-id.ts';
import { type LintRule, where } from './rule.ts';
import { isServed, isZero, podSpecOf, replicasOf, sameNamespace } from './workloads.ts';

const strategyOf = (object: object) => objectAt(object, 'spec', 'strategy');

export const recreate: LintRule = {
  name: 'recreate',
  severity: 'warning',
  about: 'a Deployment behind a Service has strategy Recreate',
  find: (linted) =>
    where(
      textAt(strategyOf(linted.object), 'type') === 'Recreate' && isServed(linted),
      'strategy Recreate ends every pod before the first new one begins',
    ),
};

/** What Kubernetes takes away at a time where nothing is stated: a quarter, rounded down. */
const defaultUnavailable = (replicas: number): number => Math.floor(replicas / 4);

export const defaultStrategy: LintRule = {
  name: 'default-strategy',
  severity: 'warning',
  about:
    'a Deployment behind a Service states no rolling update, and the default takes pods away before new ones are ready',
  find: (linted) => {
    const { object, isAutoscaled } = linted;
    if (!isKind(object, 'apps', 'Deployment') || textAt(strategyOf(object), 'type') === 'Recreate') return [];
    const isStated = isObject(strategyOf(object).rollingUpdate);
    const gone = defaultUnavailable(replicasOf(object));
    if (isStated || (gone === 0 && !isAutoscaled) || !isServed(linted)) return [];
    const some = isAutoscaled ? 'a quarter of its pods goes' : `${gone} of its ${replicasOf(object)} pods go`;
    return [`it states no rolling update: by default ${some} before new ones are ready; state maxUnavailable`];
  },
};

export const noRoomToRoll: LintRule = {
  name: 'no-room-to-roll',
  severity: 'error',
  about: 'maxSurge and maxUnavailable are both 0',
  find: ({ object }) => {
    const isDaemon = isKind(object, 'apps', 'DaemonSet');
    if (!isDaemon && !isKind(object, 'apps', 'Deployment')) return [];
    const { maxSurge, maxUnavailable } = objectAt(
      object,
      'spec',
      isDaemon ? 'updateStrategy' : 'strategy',
      'rollingUpdate',
    );
    const hasNoSurge = isZero(maxSurge) || (isDaemon && maxSurge === undefined);
    return where(
      hasNoSurge && isZero(maxUnavailable),
      'maxSurge and maxUnavailable are both 0: no pod can ever be replaced',
    );
  },
};

export const noProgressDeadline: LintRule = {
  name: 'no-progress-deadline',
  severity: 'warning',
  about: 'a Deployment behind a Service states no progressDeadlineSeconds',
  find: (linted) =>
    where(
      isKind(linted.object, 'apps', 'Deployment') &&
        numberAt(linted.object, 'spec', 'progressDeadlineSeconds') === undefined &&
        isServed(linted),
      'it states no progressDeadlineSeconds: the cluster calls a rollout that hangs failed after 600 s',
    ),
};

export const claimHeldTwice: LintRule = {
  name: 'claim-held-twice',
  severity: 'warning',
  about: 'a Deployment surges while its claim can be held by one pod or one node only',
  find: ({ object, all }) => {
    if (!isKind(object, 'apps', 'Deployment') || textAt(strategyOf(object), 'type') === 'Recreate') return [];
    if (isZero(objectAt(strategyOf(object), 'rollingUpdate').maxSurge)) return [];
    const claims = listAt(podSpecOf(object), 'volumes').flatMap(
      (volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') ?? [],
    );
    return all
      .filter((other) => isKind(other, '', 'PersistentVolumeClaim') && sameNamespace(other, object))
      .filter(
        ({ metadata, spec }) =>
          claims.includes(metadata.name) &&
          listAt(spec, 'accessModes').every((mode) => /^ReadWriteOnce/.test(String(mode))),
      )
      .map(({ metadata }) => `the new pod waits for claim ${metadata.name}, which the old one holds until it ends`);
  },
};
