import { brief } from '../rollout/outcome.ts';
import type { NamedDeletes, ObjectId } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';
import type { ComparedObject } from './compare-object.ts';
import { spoken } from './object-id.ts';
import type { Member } from './read-live.ts';
import { kindName, serves } from './serving-kinds.ts';

/** What a release may delete on one target by itself, and what becomes of more. */
export interface DeleteLimits {
  /** Objects of all services but those that have a number of their own. */
  readonly max: number;
  /** `max` is the target's own: it counts every service, also those. */
  readonly ofTarget: boolean;
  /** Of services whose objects are counted apart. */
  readonly services: Readonly<Record<string, number>>;
  /** Kinds beside those that serve that are never deleted by the way, as `Kafka.kafka.strimzi.io`. */
  readonly protect: readonly string[];
  /** What the release that is taken back brought itself: it may go as it came. */
  readonly exempt: ReadonlySet<ObjectId>;
  /** An approval may name it; nobody may, so that it is refused; nobody is asked, so that it stays. */
  readonly beyond: 'name' | 'refuse' | 'keep';
}

/** What is deleted of a target, as it was compared. */
interface Compared {
  readonly prunes: readonly Pick<Member, 'id' | 'service' | 'object'>[];
  readonly objects: readonly Pick<ComparedObject, 'id' | 'service' | 'action' | 'live'>[];
}

/** One object that will be gone, if only until it is created anew. */
interface Deletion {
  readonly id: ObjectId;
  readonly service: string;
  readonly action: 'prune' | 'recreate';
  readonly object: Manifest;
}

/** Of deletes that go beyond the limits: all that an approval has to name, and those that go beyond themselves. */
export interface Beyond extends NamedDeletes {
  readonly held: ReadonlySet<ObjectId>;
}

/**
 * Whether a plan deletes more than it may: more objects than the limits allow, recreations counted, or one that serves. A folder that was
 * moved, a name that was mistaken or an empty render must not empty a target. `undefined` where all is within the limits. Where
 * anything is beyond, an approval names every delete of the target, so that what is confirmed is what will be gone. Pure.
 */
export const assessDeletes = ({ prunes, objects }: Compared, limits: DeleteLimits): Beyond | undefined => {
  const deletions = deletionsOf({ prunes, objects }).filter(({ id }) => !limits.exempt.has(id));
  const over = overLimits(deletions, limits);
  const guarded = deletions.filter((each) => isGuarded(each, limits));
  const held = new Set([...over.flatMap((each) => each.deletions), ...guarded].map(({ id }) => id));
  if (held.size === 0) return undefined;
  return { objects: deletions.map(({ id }) => id), because: brief(sentenceOf(over, guarded), 400), held };
};

const deletionsOf = ({ prunes, objects }: Compared): readonly Deletion[] => [
  ...objects.flatMap(({ id, service, action, live }) =>
    action === 'recreate' && live !== undefined ? [{ id, service, action, object: live }] : [],
  ),
  ...prunes.map(({ id, service, object }) => ({ id, service, action: 'prune' as const, object })),
];

const isGuarded = ({ object }: Deletion, { protect }: DeleteLimits): boolean =>
  serves(object) || protect.includes(kindName(object));

interface Over {
  readonly what: string;
  readonly max: number;
  readonly deletions: readonly Deletion[];
}

/** The counts that are over their number: of the target, and of each service that has one. */
const overLimits = (deletions: readonly Deletion[], { max, ofTarget, services }: DeleteLimits): readonly Over[] => {
  const counted = deletions.filter(({ service }) => ofTarget || services[service] === undefined);
  const apart = Object.entries(services)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, most]) => ({
      what: ` of service ${service}`,
      max: most,
      deletions: deletions.filter((each) => each.service === service),
    }));
  return [{ what: '', max, deletions: counted }, ...apart].filter((each) => each.deletions.length > each.max);
};

/** Named in a sentence; the others are counted. */
const named = 3;

const sentenceOf = (over: readonly Over[], guarded: readonly Deletion[]): string => {
  const counts = over.map(
    ({ what, max, deletions }) =>
      `${count(deletions.length)}${what} would be deleted (${byKind(deletions)}), at most ${max} may be`,
  );
  const [first] = guarded.slice(0, 1);
  const rest = guarded.length > named ? ` and ${guarded.length - named} more` : '';
  const serving =
    first === undefined
      ? []
      : [
          `${guarded
            .slice(0, named)
            .map(({ id }) => spoken(id))
            .join(', ')}${rest} would be deleted, which serves`,
        ];
  return `${[...counts, ...serving].join('; ')}: only an approval that names it lifts that`;
};

const count = (objects: number): string => `${objects} ${objects === 1 ? 'object' : 'objects'}`;

/** `12 StatefulSet, 3 ConfigMap (2 of them created again)`. */
const byKind = (deletions: readonly Deletion[]): string => {
  const kinds = new Map<string, number>();
  for (const { object } of deletions) kinds.set(object.kind, (kinds.get(object.kind) ?? 0) + 1);
  const listed = [...kinds].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  const again = deletions.filter(({ action }) => action === 'recreate').length;
  return `${listed.map(([kind, many]) => `${many} ${kind}`).join(', ')}${again === 0 ? '' : `; ${again} of them created again`}`;
};
