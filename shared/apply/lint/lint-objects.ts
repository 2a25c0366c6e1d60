import { brief } from '../../rollout/outcome.ts';
import type { Finding, ObjectId } from '../../rollout/plan.ts';
import type { Manifest } from '../../rollout/release.ts';
import type { DesiredObject } from '../desired.ts';
import { spoken } from '../object-id.ts';
import { lintRules } from './lint-rules.ts';

/** What linting needs of an object. */
export type Lintable = Pick<DesiredObject, 'id' | 'manifest' | 'isAutoscaled' | 'statedReplicas'>;

/** On an object, with the rule's name behind it: why the rule does not count for it. An empty reason waives nothing. */
const waiver = 'tidegate.dev/waive-';

/** Every finding about the objects of one target, in their order. Reads manifests only, so it costs nothing and is the same anywhere. */
export const lintObjects = (objects: readonly Lintable[]): readonly Finding[] => {
  const all = objects.map(({ manifest }) => manifest);
  return objects.flatMap((object) => {
    const { manifest, isAutoscaled = false, statedReplicas } = object;
    const stated = statedReplicas === undefined ? {} : { statedReplicas };
    return lintRules.flatMap(({ name, severity, find }) =>
      find({ object: manifest, all, isAutoscaled, ...stated }).map((what) => findingOf(object, name, severity, what)),
    );
  });
};

/** What a rule found, waived where the object says why. What refuses a plan says how to go on. */
export const findingOf = (
  { id, manifest }: { readonly id: ObjectId; readonly manifest: Manifest },
  rule: string,
  severity: 'error' | 'warning',
  what: string,
): Finding => {
  const reason = (manifest.metadata.annotations?.[`${waiver}${rule}`] ?? '').trim();
  if (reason !== '') {
    return { object: id, rule, severity: 'waived', because: brief(`${spoken(id)}: ${what}; waived: ${reason}`) };
  }
  const way = severity === 'error' ? ` (${rule}); change it, or state why in annotation ${waiver}${rule}` : '';
  return { object: id, rule, severity, because: brief(`${spoken(id)}: ${what}${way}`) };
};
