import { parseObjectId, spoken } from '../../shared/apply/object-id.ts';
import { canonicalJson, digestOf } from '../../shared/rollout/digest.ts';
import type { Action, FieldChange, ObjectId, PlannedObject, TargetPlan } from '../../shared/rollout/plan.ts';
import type { RenderedTarget } from '../../shared/rollout/release.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { type Generalise, generaliser } from './own-facts.ts';

/** What is planned on one target, and what tells it from others. */
export interface PlannedOnTarget {
  readonly target: Target;
  readonly plan: TargetPlan;
  /** Only needed to compare objects that are created: a plan shows them by hash. */
  readonly rendered?: RenderedTarget;
}

/** One object that changes alike on several targets. The plan digest covers every target's own difference, not the groups. */
export interface DiffGroup {
  readonly object: ObjectId;
  /** `Deployment shop/web`. */
  readonly spoken: string;
  readonly service: string;
  readonly action: Action;
  readonly targets: readonly string[];
  /** Where the targets differ by nothing but their own facts, these are written as `{region}`, `{target}`. */
  readonly fields: readonly Pick<FieldChange, 'path' | 'replaces' | 'with'>[];
  readonly danger?: Danger;
  /** The object changes otherwise on most targets. */
  readonly odd: boolean;
}

export type Danger = 'deletes' | 'recreates' | 'grants rights' | 'changes a type';

/** One object of one target: as it is, and as it would be written for any target. */
interface Difference {
  readonly target: string;
  readonly object: PlannedObject;
  readonly exact: string;
  readonly general: string;
  readonly generalFields: readonly FieldChange[];
}

/**
 * All differences of a plan, grouped by object and likeness: alike is what is the same, or is so once each target's own facts are replaced
 * by placeholders. What is dangerous comes first, then what is odd, then the smallest group. Pure.
 */
export const groupDiffs = (planned: readonly PlannedOnTarget[]): readonly DiffGroup[] => {
  const groups = joinAlike(planned.flatMap(differencesOf)).flatMap(groupOf);
  return groups.map((group) => ({ ...group, odd: isOdd(group, groups) })).toSorted(byWeight);
};

const differencesOf = ({ target, plan, rendered }: PlannedOnTarget): readonly Difference[] => {
  const generalise = generaliser(target);
  return plan.objects
    .filter(({ action }) => action !== 'unchanged')
    .map((object) => {
      const generalFields = object.fields.map((field) => generalField(field, generalise));
      const created = object.action === 'create' ? createdText(object, rendered) : '';
      const keyOf = (fields: readonly FieldChange[], text: string) =>
        digestOf(canonicalJson([object.id, object.action, fields.map(comparable), text]));
      return {
        target: target.name,
        object,
        exact: keyOf(object.fields, created),
        general: keyOf(generalFields, generalise(created)),
        generalFields,
      };
    });
};

/** Those that have either key in common, directly or through others, in the order they were found. */
const joinAlike = (differences: readonly Difference[]): readonly (readonly Difference[])[] => {
  const groups = new Map<string, Difference[]>();
  for (const difference of differences) {
    const keys = [`exact ${difference.exact}`, `general ${difference.general}`];
    const found = new Set(keys.flatMap((key) => (groups.has(key) ? [groups.get(key) ?? []] : [])));
    const joined = [...found].flat().concat(difference);
    for (const { exact, general } of joined) {
      groups.set(`exact ${exact}`, joined);
      groups.set(`general ${general}`, joined);
    }
  }
  return [...new Set(groups.values())];
};

const groupOf = (alike: readonly Difference[]): readonly DiffGroup[] => {
  const [first] = alike;
  if (first === undefined) return [];
  const { object, generalFields } = first;
  const isSame = alike.every(({ exact }) => exact === first.exact);
  const danger = dangerOf(object);
  return [
    {
      object: object.id,
      spoken: spoken(object.id),
      service: object.service,
      action: object.action,
      targets: alike.map(({ target }) => target),
      fields: (isSame ? object.fields : generalFields).map(shown),
      ...(danger === undefined ? {} : { danger }),
      odd: false,
    },
  ];
};

const shown = ({ path, replaces, with: after }: FieldChange) => ({
  path,
  ...(replaces === undefined ? {} : { replaces }),
  ...(after === undefined ? {} : { with: after }),
});

const isOdd = (group: DiffGroup, all: readonly DiffGroup[]): boolean =>
  all.some((other) => other.object === group.object && other !== group && other.targets.length > group.targets.length);

const weight = ({ danger, odd }: DiffGroup): number => (danger === undefined ? (odd ? 1 : 2) : 0);

const byWeight = (a: DiffGroup, b: DiffGroup): number =>
  weight(a) - weight(b) || a.targets.length - b.targets.length || (a.object < b.object ? -1 : 1);

const dangerOf = ({ id, action }: PlannedObject): Danger | undefined => {
  const { group } = parseObjectId(id);
  if (action === 'prune') return 'deletes';
  if (action === 'recreate') return 'recreates';
  if (group === 'rbac.authorization.k8s.io') return 'grants rights';
  return group === 'apiextensions.k8s.io' ? 'changes a type' : undefined;
};

const generalField = (field: FieldChange, generalise: Generalise): FieldChange => ({
  ...field,
  ...(field.replaces === undefined ? {} : { replaces: generalise(field.replaces) }),
  ...(field.with === undefined ? {} : { with: generalise(field.with) }),
});

/** What two differences must have in common to be alike. A created object is one field without a path; its text is compared. */
const comparable = ({ path, replaces, replacesHash, with: after, withHash }: FieldChange): readonly string[] =>
  path === '' ? [] : [path, comparableValue(replaces, replacesHash), comparableValue(after, withHash)];

/** A value that is shown whole is compared as shown; one that is cut off or hidden, by its hash. */
const comparableValue = (text: string | undefined, hash: string | undefined): string =>
  text !== undefined && !text.endsWith('…') ? text : (hash ?? '');

/** A created object as it was rendered; its hash, where that is not at hand. */
const createdText = ({ id, fields }: PlannedObject, rendered: RenderedTarget | undefined): string => {
  const { kind, name, namespace } = parseObjectId(id);
  const found = rendered?.services
    .flatMap(({ objects }) => objects)
    .find(
      ({ object: { kind: itsKind, metadata } }) =>
        itsKind === kind && metadata.name === name && (metadata.namespace ?? namespace) === namespace,
    );
  return found === undefined ? (fields[0]?.withHash ?? '') : canonicalJson(found.object);
};
