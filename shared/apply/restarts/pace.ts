import type { Manifest } from '../../rollout/release.ts';
import type { Pace } from '../../rollout/restarts.ts';
import { at, isObject, type JsonObject, numberAt, objectAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { podsOf } from './assess-restart.ts';

/** Where the cap's minute is: within any so long no more pods restart than the cap says. */
export const windowMs = 60_000;

/**
 * The pace at which the server itself restarts a Deployment or DaemonSet that is larger than the cap: no more pods than the cap are
 * surplus or missing at once, and each new one must have been ready for the whole window before the next takes its place, so that a
 * place is filled no more than once in any 60 s. Never faster than the manifest allows. `undefined` for strategies that have no pace.
 */
export const paceOf = (manifest: Manifest, live: LiveObject, perMinute: number): Pace | undefined => {
  const rolling = rollingUpdateOf(manifest);
  if (rolling === undefined) return undefined;
  const pods = podsOf(live);
  const [surge, unavailable] = limitsOf(manifest.kind, rolling, pods);
  const own = numberAt(manifest, 'spec', 'minReadySeconds') ?? 0;
  const minReadySeconds = Math.max(own, windowMs / 1000);
  const deadline = numberAt(manifest, 'spec', 'progressDeadlineSeconds');
  // The server refuses a deadline that a pod can not meet.
  const late = deadline === undefined ? {} : { progressDeadlineSeconds: deadline + minReadySeconds - own };
  if (surge + unavailable <= perMinute) return { minReadySeconds, ...late };
  const maxUnavailable = Math.min(unavailable, Math.floor((perMinute * unavailable) / (surge + unavailable)));
  const maxSurge = Math.min(surge, perMinute - maxUnavailable);
  return manifest.kind === 'DaemonSet' && surge === 0
    ? { maxUnavailable: Math.max(1, maxUnavailable), minReadySeconds }
    : { maxSurge, maxUnavailable, minReadySeconds, ...late };
};

/** The manifest at a pace: as approved in everything else. */
export const paced = (manifest: Manifest, pace: Pace): Manifest => {
  const field = manifest.kind === 'DaemonSet' ? 'updateStrategy' : 'strategy';
  const spec = objectAt(manifest, 'spec');
  const strategy = objectAt(spec, field);
  const { minReadySeconds, progressDeadlineSeconds, ...limits } = pace;
  return {
    ...manifest,
    spec: {
      ...spec,
      minReadySeconds,
      ...(progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }),
      ...(Object.keys(limits).length === 0
        ? {}
        : { [field]: { ...strategy, rollingUpdate: { ...objectAt(strategy, 'rollingUpdate'), ...limits } } }),
    },
  };
};

/** How often each place of a rolling update is filled until all pods are new. */
export const roundsOf = (manifest: Manifest, pods: number): number => {
  const [surge, unavailable] = limitsOf(manifest.kind, rollingUpdateOf(manifest) ?? {}, pods);
  return Math.ceil(pods / (surge + unavailable));
};

/** The StatefulSet with only its pods from `partition` on updated. */
export const partitioned = (manifest: Manifest, partition: number): Manifest => {
  const spec = objectAt(manifest, 'spec');
  const strategy = objectAt(spec, 'updateStrategy');
  const rollingUpdate = { ...objectAt(strategy, 'rollingUpdate'), partition };
  return { ...manifest, spec: { ...spec, updateStrategy: { ...strategy, rollingUpdate } } };
};

/** Where these fields are found in what the server answers. */
export const pacePaths = (kind: string): readonly string[] =>
  kind === 'StatefulSet'
    ? ['/spec/updateStrategy/rollingUpdate/partition']
    : [
        '/spec/minReadySeconds',
        '/spec/progressDeadlineSeconds',
        ...['maxSurge', 'maxUnavailable'].map(
          (limit) => `/spec/${kind === 'DaemonSet' ? 'updateStrategy' : 'strategy'}/rollingUpdate/${limit}`,
        ),
      ];

const rollingUpdateOf = (manifest: Manifest): JsonObject | undefined => {
  const strategy = at(manifest, 'spec', manifest.kind === 'DaemonSet' ? 'updateStrategy' : 'strategy');
  const type = textAt(strategy, 'type') ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return undefined;
  const rolling = at(strategy, 'rollingUpdate');
  return isObject(rolling) ? rolling : {};
};

/** Surplus and missing pods, as the server resolves them: surge rounds up; unavailable rounds down for a Deployment, up for a DaemonSet. */
const limitsOf = (kind: string, rolling: JsonObject, pods: number): readonly [surge: number, unavailable: number] => {
  const isDaemon = kind === 'DaemonSet';
  const surge = amount(rolling.maxSurge ?? (isDaemon ? 0 : '25%'), pods, Math.ceil);
  const unavailable = amount(rolling.maxUnavailable ?? (isDaemon ? 1 : '25%'), pods, isDaemon ? Math.ceil : Math.floor);
  return surge + unavailable === 0 ? [0, 1] : [surge, unavailable];
};

const amount = (value: unknown, pods: number, round: (value: number) => number): number => {
  if (typeof value === 'number') return value;
  const share = /^(\d+)%$/.exec(typeof value === 'string' ? value : '')?.[1];
  return share === undefined ? 0 : round((Number(share) / 100) * pods);
};
