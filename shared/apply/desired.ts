import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { Manifest, RenderedObject, RenderedTarget } from '../rollout/release.ts';
import { applySetId, partOfLabel } from './apply-set.ts';
import { type Autoscaled, autoscaledBy, leaveReplicas } from './autoscaled.ts';
import { type Discovery, findKind, type ServedKind } from './discovery.ts';
import { sameJson } from './field-diff.ts';
import { listAt, textAt } from './fields.ts';
import { type Run, runOf } from './jobs/run-of.ts';
import { normalise } from './normalise.ts';
import { groupOf, identityOf, isKind, spoken, versionOf } from './object-id.ts';
import type { Refusal, RefusalCode } from './refusals.ts';

/** An object as the target shall have it, with where it goes. */
export interface DesiredObject extends Partial<Autoscaled> {
  readonly id: ObjectId;
  readonly service: string;
  /** Place of its service in the order of services. */
  readonly serviceOrder: number;
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
  const objects = new Map<ObjectId, Resolved>();
  const refusals: Refusal[] = [];
  const collided = new Map<ObjectId, string>();
  rendered.services.forEach(({ service, objects: found }, serviceOrder) => {
    for (const { object, source } of found) {
      const refuse = (code: RefusalCode, because: string) =>
        refusals.push({ code, object: identityOf(object), because: brief(`${source}: ${because}`) });
      const mistake = assessManifest(object);
      if (mistake !== undefined) {
        refuse(...mistake);
        continue;
      }
      const [group, version] = [groupOf(object.apiVersion), versionOf(object.apiVersion)];
      const kind = findKind(discovery, group, object.kind, version);
      const promise = promised.find((each) => isKind(object, each.served.group, each.served.kind));
      const served = kind ?? (promise?.versions.includes(version) ? { ...promise.served, version } : undefined);
      if (served === undefined) {
        refuse(...unknownKind(object, discovery));
        continue;
      }
      const run = runOf(object);
      if (run !== undefined && 'mistake' in run) {
        refuse('INVALID_OBJECT', run.mistake);
        continue;
      }
      const set = run === undefined ? applySetId(service, namespace) : undefined;
      const manifest = place(normalise(object), served, namespace, set);
      const id = identityOf(manifest);
      const twin = objects.get(id);
      const other = collided.get(id) ?? (twin && !isTwin(twin, service, manifest) ? placeOf(twin) : undefined);
      if (other !== undefined) {
        const collides = (here: string, there: string) =>
          refusals.push({
            code: 'IDENTITY_COLLISION',
            object: id,
            because: brief(`${here}: ${spoken(id)} is also in ${there}; keep one of them`),
          });
        if (twin !== undefined) collides(twin.source, `${source} (service ${service})`);
        collides(source, other);
        collided.set(id, other);
        objects.delete(id);
        continue;
      }
      const crd = promise === undefined ? {} : { crd: promise.crd };
      const isServed = kind !== undefined;
      objects.set(id, { id, service, serviceOrder, manifest, served, source, isServed, ...crd, ...(run && { run }) });
    }
  });
  const found = [...objects.values()].map(({ source: _source, ...object }) => object);
  const placed = found.flatMap(({ run, ...object }) => (run === undefined ? [object] : []));
  const jobs = found.flatMap(({ run, ...object }) => (run === undefined ? [] : [{ ...object, ...run }]));
  const autoscaled = autoscaledBy(placed.map(({ manifest }) => manifest));
  return {
    objects: placed.map((object) => (autoscaled.has(object.id) ? leaveReplicas(object) : object)),
    jobs: jobs.toSorted(compareJobs),
    refusals,
  };
};

/** An object as it is gathered: where it was written, and whether it is a Job around a deployment. */
type Resolved = DesiredObject & { readonly source: string; readonly run?: Run };

const compareJobs = (a: DesiredJob, b: DesiredJob): number =>
  a.serviceOrder - b.serviceOrder || a.weight - b.weight || (a.id < b.id ? -1 : 1);

const isTwin = (one: DesiredObject, service: string, manifest: Manifest): boolean =>
  one.service === service && sameJson(one.manifest, manifest);

const placeOf = ({ source, service }: Pick<Resolved, 'source' | 'service'>): string => `${source} (service ${service})`;

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

const unknownKind = (object: Manifest, discovery: Discovery): readonly [RefusalCode, string] => {
  const other = findKind(discovery, groupOf(object.apiVersion), object.kind);
  return other === undefined
    ? [
        'UNKNOWN_KIND',
        `the cluster serves no ${object.kind} of ${object.apiVersion}, and no CustomResourceDefinition of the release brings it; add the CRD or install it first`,
      ]
    : [
        'VERSION_NOT_SERVED',
        `the cluster does not serve ${object.kind} as ${object.apiVersion}; it serves ${other.group === '' ? '' : `${other.group}/`}${other.version}`,
      ];
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

interface Promised {
  readonly crd: ObjectId;
  readonly served: ServedKind;
  readonly versions: readonly string[];
}

/** The kinds that CustomResourceDefinitions of the release will bring. */
const promisedKinds = (rendered: RenderedTarget): readonly Promised[] =>
  rendered.services
    .flatMap((service) => service.objects)
    .filter(({ object }: RenderedObject) => isKind(object, 'apiextensions.k8s.io', 'CustomResourceDefinition'))
    .map(({ object }) => ({
      crd: identityOf(object),
      served: {
        group: textAt(object, 'spec', 'group') ?? '',
        version: '',
        kind: textAt(object, 'spec', 'names', 'kind') ?? '',
        plural: textAt(object, 'spec', 'names', 'plural') ?? '',
        namespaced: textAt(object, 'spec', 'scope') === 'Namespaced',
      },
      versions: listAt(object, 'spec', 'versions').map((version) => textAt(version, 'name') ?? ''),
    }));
