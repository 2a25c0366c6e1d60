import type { AdmissionPolicy } from '../rollout/fence.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import type { Discovery, ServedKind } from './discovery.ts';
import { promisedKinds, resolveKind } from './resolve-kind.ts';

/** One thing the identity of a target has to be allowed there, as a SubjectAccessReview puts it. */
export interface NeededRight {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Empty across the cluster. */
  readonly namespace: string;
  /** What does not work without it; absent where nothing does. */
  readonly only?: string;
}

/** What apply asks of every kind that is rendered; `delete` when a later release no longer has the object. */
const ofEachKind = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

/** What is asked beside the objects themselves, in each namespace that has some: [group, resource, verbs, what is missing without it]. */
const besides: readonly (readonly [group: string, resource: string, verbs: readonly string[], only?: string])[] = [
  ['', 'configmaps', ['get', 'list', 'create', 'patch', 'delete']],
  ['', 'pods', ['get', 'list', 'watch']],
  ['apps', 'replicasets', ['list', 'watch']],
  ['', 'events', ['list'], 'why pods do not start'],
  ['', 'pods/log', ['get'], 'the last words of what crashes'],
  ['', 'pods/eviction', ['create'], 'freeing a StatefulSet from a pod that is stuck'],
  ['discovery.k8s.io', 'endpointslices', ['list', 'watch'], 'waiting until what restarted serves again'],
  ['', 'resourcequotas', ['list'], 'whether a quota has room'],
  ['policy', 'poddisruptionbudgets', ['list'], 'whether disruption budgets let restarts by'],
];

const room = 'whether nodes have room';

/**
 * Everything that planning, applying, settling and pruning these objects asks of a target, each once. Of a kind that the server does not
 * serve yet its definition among the objects says the name; one that nothing brings is left out, since its plan is refused. Pure.
 */
export const neededRights = (
  rendered: RenderedTarget,
  discovery: Discovery,
  target: { readonly namespace: string; readonly admissionPolicy?: AdmissionPolicy },
): readonly NeededRight[] => {
  const promised = promisedKinds(rendered);
  const objects = rendered.services.flatMap((service) => service.objects.map(({ object }) => object));
  const placed = objects.flatMap((object) => {
    const found = resolveKind(object, discovery, promised);
    if ('code' in found) return [];
    const namespace = found.served.namespaced ? (object.metadata.namespace ?? target.namespace) : '';
    return [{ served: found.served, namespace }];
  });
  const namespaces = [...new Set([target.namespace, ...placed.map(({ namespace }) => namespace)])].filter(Boolean);
  return unique([
    ...placed.flatMap(({ served, namespace }) => ofKind(served, namespace)),
    ...namespaces.flatMap((namespace) => [
      { verb: 'get', group: '', resource: 'namespaces', namespace, only: 'the fence of a namespace' },
      ...besides.flatMap(([group, named, verbs, only]) => {
        const [resource = '', subresource] = named.split('/');
        const place = { group, resource, namespace, ...(subresource === undefined ? {} : { subresource }) };
        return verbs.map((verb) => ({ verb, ...place, ...(only === undefined ? {} : { only }) }));
      }),
    ]),
    ...['nodes', 'pods'].map((resource) => ({ verb: 'list', group: '', resource, namespace: '', only: room })),
    { verb: 'list', group: 'scheduling.k8s.io', resource: 'priorityclasses', namespace: '', only: room },
    ...ofPolicy(target.admissionPolicy ?? 'install', namespaces),
  ]);
};

const ofKind = ({ group, plural }: ServedKind, namespace: string): readonly NeededRight[] =>
  ofEachKind.map((verb) => ({ verb, group, resource: plural, namespace }));

/** Of the fence policy: read it, install it where that is wanted, and note a token on a namespace. */
const ofPolicy = (mode: AdmissionPolicy, namespaces: readonly string[]): readonly NeededRight[] => {
  if (mode === 'never') return [];
  const only = mode === 'install' ? 'the fence against stale writers' : undefined;
  const verbs = mode === 'install' ? ['get', 'create', 'patch'] : ['get'];
  const resources = ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'];
  const because = only === undefined ? {} : { only };
  const group = 'admissionregistration.k8s.io';
  return [
    ...resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource, namespace: '', ...because }))),
    ...namespaces.map((namespace) => ({
      ...{ verb: 'patch', group: '', resource: 'namespaces', namespace, only: 'the fence against stale creates' },
    })),
  ];
};

/** The first of those that ask for the same: what nothing works without stands before what only something does. */
const unique = (rights: readonly NeededRight[]): readonly NeededRight[] => {
  const seen = new Map<string, NeededRight>();
  for (const right of rights) {
    const { only: _, ...asked } = right;
    const key = JSON.stringify(Object.entries(asked).sort());
    if (!seen.has(key)) seen.set(key, right);
  }
  return [...seen.values()];
};
