import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { DesiredObject } from './desired.ts';
import { lintRules } from './lint-rules.ts';
import { spoken } from './object-id.ts';

/** Something that will cause an outage at the next restart, or that somebody decided to live with. */
export interface LintFinding {
  readonly object: ObjectId;
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'waived';
  /** What is wrong, and for what is not waived how to live with it; at most 500 characters. */
  readonly because: string;
}

/** On an object, with the rule's name behind it: why the rule does not count for it. An empty reason waives nothing. */
const waiver = 'tidegate.dev/waive-';

/** Every finding about the objects of one target, in their order. Reads manifests only, so it costs nothing and is the same anywhere. */
export const lintObjects = (
  objects: readonly Pick<DesiredObject, 'id' | 'manifest' | 'isAutoscaled'>[],
): readonly LintFinding[] => {
  const all = objects.map(({ manifest }) => manifest);
  return objects.flatMap(({ id, manifest, isAutoscaled = false }) =>
    lintRules.flatMap(({ name, severity, find }) =>
      find({ object: manifest, all, isAutoscaled }).map((what): LintFinding => {
        const reason = (manifest.metadata.annotations?.[`${waiver}${name}`] ?? '').trim();
        if (reason !== '') {
          return {
            object: id,
            rule: name,
            severity: 'waived',
            because: brief(`${spoken(id)}: ${what}; waived: ${reason}`),
          };
        }
        const because = brief(
          `${spoken(id)}: ${what} (${name}); change it, or state why in annotation ${waiver}${name}`,
        );
        return { object: id, rule: name, severity, because };
      }),
    ),
  );
};
