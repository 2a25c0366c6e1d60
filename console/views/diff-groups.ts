import { parseObjectId, spoken } from '../../shared/apply/object-id.ts';
import { canonicalJson, digestOf } from '../../shared/rollout/digest.ts';
import type { Action, FieldChange, ObjectId, TargetPlan } from '../../shared/rollout/plan.ts';
import type { RenderedTarget } from '../../shared/rollout/release.ts';
import { factsOf, type Target } from '../../shared/rollout/target.ts';

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
  /** A target's own values are written as `{region}`, `{target}`. */
  readonly fields: readonly Pick<FieldChange, 'path' | 'replaces' | 'with'>[];
  readonly danger?: Danger;
  /** The object changes otherwise on most targets. */
  readonly odd: boolean;
}

export type Danger = 'deletes' | 'recreates' | 'grants rights' | 'changes a type';

/**
 * All differences of a plan, grouped by object and likeness: each target's own facts are replaced by placeholders before they are
 * compared. What is dangerous comes first, then what is odd, then the smallest group. Pure.
 */
export const groupDiffs = (planned: readonly PlannedOnTarget[]): readonly DiffGroup[] => {
  const groups = new Map<string, DiffGroup>();
  for (const each of planned) {
    for (const object of each.plan.objects) {
      if (object.action === 'unchanged') continue;
      const own = placeholders(each.target);
      const fields = object.fields.map((field) => generalField(field, own));
      const key = digestOf(
        canonicalJson([
          object.id,
          object.action,
          ...fields.map(comparable),
          createdAs(object.id, object.action, each, own),
        ]),
      );
      const known = groups.get(key);
      const targets = [...(known?.targets ?? []), each.target.name];
      const danger = dangerOf(object.id, object.action);
      groups.set(key, {
        object: object.id,
        spoken: spoken(object.id),
        service: object.service,
        action: object.action,
        targets,
        fields: fields.map(({ path, replaces, with: after }) => ({
          path,
          ...(replaces === undefined ? {} : { replaces }),
          ...(after === undefined ? {} : { with: after }),
        })),
        ...(danger === undefined ? {} : { danger }),
        odd: false,
      });
    }
  }
  const all = [...groups.values()];
  return all.map((group) => ({ ...group, odd: isOdd(group, all) })).toSorted(byWeight);
};

const isOdd = (group: DiffGroup, all: readonly DiffGroup[]): boolean =>
  all.some((other) => other.object === group.object && other !== group && other.targets.length > group.targets.length);

const weight = ({ danger, odd }: DiffGroup): number => (danger === undefined ? (odd ? 1 : 2) : 0);

const byWeight = (a: DiffGroup, b: DiffGroup): number =>
  weight(a) - weight(b) || a.targets.length - b.targets.length || (a.object < b.object ? -1 : 1);

const dangerOf = (id: ObjectId, action: Action): Danger | undefined => {
  const { group } = parseObjectId(id);
  if (action === 'prune') return 'deletes';
  if (action === 'recreate') return 'recreates';
  if (group === 'rbac.authorization.k8s.io') return 'grants rights';
  return group === 'apiextensions.k8s.io' ? 'changes a type' : undefined;
};

type Placeholder = readonly [value: string, name: string];

/** A target's own facts, longest value first, so that a name that holds the region is replaced as a whole. */
const placeholders = (target: Target): readonly Placeholder[] => {
  const { name, region, cluster, account } = factsOf(target);
  const facts: readonly Placeholder[] = [
    [name, '{target}'],
    [region, '{region}'],
    [cluster, '{cluster}'],
    [account, '{account}'],
  ];
  // Shorter values would replace parts of words that mean something else.
  return facts.filter(([value]) => value.length >= 4).toSorted(([a], [b]) => b.length - a.length);
};

const general = (text: string, own: readonly Placeholder[]): string =>
  own.reduce((result, [value, name]) => result.replaceAll(value, name), text);

const generalField = (field: FieldChange, own: readonly Placeholder[]): FieldChange => ({
  ...field,
  ...(field.replaces === undefined ? {} : { replaces: general(field.replaces, own) }),
  ...(field.with === undefined ? {} : { with: general(field.with, own) }),
});

/** What two differences must have in common to be alike. A created object is one field without a path; `createdAs` compares it. */
const comparable = ({ path, replaces, replacesHash, with: after, withHash }: FieldChange): readonly string[] =>
  path === '' ? [] : [path, comparableValue(replaces, replacesHash), comparableValue(after, withHash)];

/** A value that is shown whole is compared as shown; one that is cut off or hidden, by its hash. */
const comparableValue = (text: string | undefined, hash: string | undefined): string =>
  text !== undefined && !text.endsWith('…') ? text : (hash ?? '');

const createdAs = (
  id: ObjectId,
  action: Action,
  { rendered, plan }: PlannedOnTarget,
  own: readonly Placeholder[],
): string => {
  if (action !== 'create') return '';
  const { kind, name, namespace } = parseObjectId(id);
  const found = rendered?.services
    .flatMap(({ objects }) => objects)
    .find(
      ({ object }) =>
        object.kind === kind && object.metadata.name === name && (object.metadata.namespace ?? namespace) === namespace,
    );
  if (found !== undefined) return general(canonicalJson(found.object), own);
  return plan.objects.find((object) => object.id === id)?.fields[0]?.withHash ?? '';
};
