import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { Manifest, RenderedTarget } from '../rollout/release.ts';
import { applySetId, partOfLabel } from './apply-set.ts';
import { type Autoscaled, autoscaledBy, leaveReplicas } from './autoscaled.ts';
import type { Discovery, ServedKind } from './discovery.ts';
import { sameJson } from './field-diff.ts';
import { type Run, runOf } from './jobs/run-of.ts';
import { normalise } from './normalise.ts';
import { identityOf, objectId, parseObjectId, spoken } from './object-id.ts';
import type { Refusal, RefusalCode } from './refusals.ts';
import { promisedKinds, resolveKind } from './resolve-kind.ts';

/** An object as the target shall have it, with where it goes. */
export interface DesiredObject extends Partial<Autoscaled> {
  readonly id: ObjectId;
  readonly service: string;
  /** Place of its service in the order of services. */
  readonly serviceOrder: number;
  /** Where it was written. */
  readonly source: string;
  readonly manifest: Manifest;
  readonly served: ServedKind;
  /** The CRD of the same set that defines its kind. */
  readonly crd?: ObjectId;
  /** Whether the API server serves the kind already; where not, `crd` will bring it. */
  readonly isServed: boolean;
}

/** A Job that runs around a deployment: no member of its set, and created under a name of its own for each release. */
export interface DesiredJob extends DesiredObject, Run {}

/** Everything the target shall have, and every mistake in it at once. Objects of a mistaken manifest are left out. */
export interface Desired {
  readonly objects: readonly DesiredObject[];
  /** In the order in which those of one time run. */
  readonly jobs: readonly DesiredJob[];
  readonly refusals: readonly Refusal[];
}

/**
 * Resolves what was rendered against what the API server serves: the namespace where none is named (and none where the kind has
 * none), the label of the set, the form in which it is sent. Equal duplicates within a service count once; of unequal ones, or of
 * one in two services, all are refused, since none is known to be the one that is meant.
 */
export const resolveDesired = (rendered: RenderedTarget, discovery: Discovery, namespace: string): Desired => {
  const promised = promisedKinds(rendered);
  const found = rendered.services.flatMap(({ service, objects }, serviceOrder) =>
    objects.map(({ object, source }): Resolved | Refusal => {
      const refuse = (code: RefusalCode, because: string, namespaced?: boolean): Refusal => ({
        code,
        object: identify(object, namespaced === true ? namespace : ''),
        because: brief(`${source}: ${because}`),
      });
      const mistake = assessManifest(object);
      if (mistake !== undefined) return refuse(...mistake);
      const kind = resolveKind(object, discovery, promised);
      if ('because' in kind) return refuse(kind.code, kind.because, kind.namespaced);
      const run = runOf(object);
      if (run !== undefined && 'mistake' in run) return refuse('INVALID_OBJECT', run.mistake, kind.served.namespaced);
      const set = run === undefined ? applySetId(service, namespace) : undefined;
      const manifest = place(normalise(object), kind.served, namespace, set);
      return { id: identityOf(manifest), service, serviceOrder, source, manifest, ...kind, ...(run && { run }) };
    }),
  );
  const single = withoutDuplicates(found.filter((each) => 'manifest' in each));
  const placed = single.objects.flatMap(({ run, ...object }) => (run === undefined ? [object] : []));
  const jobs = single.objects.flatMap(({ run, ...object }) => (run === undefined ? [] : [{ ...object, ...run }]));
  const autoscaled = autoscaledBy(placed.map(({ manifest }) => manifest));
  return {
    objects: placed.map((object) => (autoscaled.has(object.id) ? leaveReplicas(object) : object)),
    jobs: jobs.toSorted(compareJobs),
    refusals: [...found.filter((each) => 'because' in each), ...single.refusals],
  };
};

/** An object as it is gathered, and whether it is a Job around a deployment. */
interface Resolved extends DesiredObject {
  readonly run?: Run;
}

const compareJobs = (a: DesiredJob, b: DesiredJob): number =>
  a.serviceOrder - b.serviceOrder || a.weight - b.weight || (a.id < b.id ? -1 : 1);

/** As an object that can not be placed is called: where it says, else in `namespace`. */
const identify = (object: Manifest, namespace: string): ObjectId => {
  const { group, kind, namespace: named, name } = parseObjectId(identityOf(object));
  return objectId({ group, kind, namespace: named || namespace, name });
};

const withoutDuplicates = (
  found: readonly Resolved[],
): { readonly objects: readonly Resolved[]; readonly refusals: readonly Refusal[] } => {
  const byId = new Map<string, Resolved[]>();
  for (const object of found) {
    const same = byId.get(storedAs(object.id));
    if (same === undefined) byId.set(storedAs(object.id), [object]);
    else same.push(object);
  }
  const groups = [...byId.values()];
  const isOne = ([first, ...others]: readonly DesiredObject[]) =>
    first !== undefined && others.every((other) => isTwin(first, other));
  return {
    objects: groups.filter(isOne).flatMap(([first]) => first ?? []),
    refusals: groups.filter((group) => !isOne(group)).flatMap(collisions),
  };
};

/** The events of both groups are one store: `events.k8s.io` Event x is Event x of the core group. */
const storedAs = (id: ObjectId): string => id.replace(/^events\.k8s\.io\/Event\//, '/Event/');

const isTwin = (one: DesiredObject, other: DesiredObject): boolean =>
  one.service === other.service && sameJson(one.manifest, other.manifest);

/** Each of them, with the first of the others that is not the same. */
const collisions = (group: readonly DesiredObject[]): readonly Refusal[] =>
  group.flatMap((object) => {
    const other =
      group.find((each) => each !== object && !isTwin(each, object)) ?? group.find((each) => each !== object);
    if (other === undefined) return [];
    const because = `${object.source}: ${spoken(object.id)} is also in ${other.source} (service ${other.service}); keep one of them`;
    return [{ code: 'IDENTITY_COLLISION' as const, object: object.id, because: brief(because) }];
  });

/** What can be told without asking anybody. */
const assessManifest = (object: Manifest): readonly [RefusalCode, string] | undefined => {
  if (typeof object.metadata?.generateName === 'string' && object.metadata.name === undefined) {
    return ['GENERATE_NAME', `${object.kind} has generateName, which makes a new object each time; give it a name`];
  }
  if (typeof object.metadata?.name !== 'string' || object.metadata.name === '') {
    return ['INVALID_OBJECT', `${object.kind} has no metadata.name; give it one`];
  }
  if (object.metadata.labels?.[partOfLabel] !== undefined) {
    return [
      'OWN_LABEL',
      `${object.kind} ${object.metadata.name} carries label ${partOfLabel}, which tidegate sets; remove it`,
    ];
  }
  return undefined;
};

/** `setId`: of the set that it is a member of. */
const place = (object: Manifest, served: ServedKind, namespace: string, setId: string | undefined): Manifest => {
  const { namespace: named, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(served.namespaced ? { namespace: named ?? namespace } : {}),
      ...(setId === undefined ? {} : { labels: { ...metadata.labels, [partOfLabel]: setId } }),
    },
  };
};
