import type { ControlPlane } from './control-plane.ts';
import { isReady } from './controllers/pod-state.ts';
import { podsBehind } from './controllers/pods-behind.ts';
import { type KubeObject, listAt, stringAt } from './object.ts';

/** A pod as traffic and metrics see it. */
export interface PodView {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of its containers, in order. */
  readonly images: readonly string[];
  /** Ready and not going away: gets requests. */
  readonly ready: boolean;
  /** Epoch milliseconds, whole seconds; undefined before it is on a node. */
  readonly startedAt: number | undefined;
}

/** Objects never change: each is looked at once, however often it is asked for. */
const views = new WeakMap<KubeObject, PodView>();

const viewOf = (pod: KubeObject): PodView => {
  const view = views.get(pod) ?? newViewOf(pod);
  views.set(pod, view);
  return view;
};

const newViewOf = (pod: KubeObject): PodView => {
  const startTime = stringAt(pod.status, 'startTime');
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name ?? '',
    labels: pod.metadata.labels ?? {},
    images: listAt(pod.spec, 'containers').map((container) => stringAt(container, 'image') ?? ''),
    ready: isReady(pod) && pod.metadata.deletionTimestamp === undefined,
    startedAt: startTime === undefined ? undefined : Date.parse(startTime),
  };
};

/** The pods of a namespace, or of all, that carry these labels. */
export const viewPods = (
  plane: ControlPlane,
  { namespace, labels = {} }: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> },
): readonly PodView[] =>
  plane.storage
    .list('pods', namespace)
    .filter(({ metadata }) => Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value))
    .map(viewOf);

/** The ready pods behind a Service, undefined where there is no such Service. */
export const readyPodsOf = (plane: ControlPlane, namespace: string, name: string): readonly PodView[] | undefined => {
  const service = plane.storage.get({ resource: 'services', namespace, name });
  return service === undefined
    ? undefined
    : podsBehind(plane, service)
        .map(viewOf)
        .filter(({ ready }) => ready);
};
