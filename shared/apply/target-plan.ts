import type { FieldChange, PlannedObject, TargetPlan } from '../rollout/plan.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import type { RestartPlan } from '../rollout/restarts.ts';
import { type ComparedTarget, plannedObjects } from './compare-target.ts';
import { fieldChange } from './field-diff.ts';
import { at } from './fields.ts';
import type { Refusal } from './refusals.ts';
import { pacePaths } from './restarts/pace.ts';
import { planRestarts, type RestartRules } from './restarts/plan-restarts.ts';

/** The comparison as a plan: every object, what restarts and in what order; or why there can be none. Same state, same bytes. */
export const targetPlan = (
  compared: ComparedTarget,
  rendered: RenderedTarget,
  release: TargetPlan['release'],
  rules: RestartRules,
): TargetPlan | { readonly refusals: readonly Refusal[] } => {
  const services = rendered.services.map(({ service }) => service);
  const planned = planRestarts(compared, services, rules);
  return 'refusals' in planned ? planned : planWith(compared, rendered, release, planned.restarts);
};

/** The comparison as a plan, with restarts that were planned before. */
export const planWith = (
  compared: ComparedTarget,
  rendered: RenderedTarget,
  release: TargetPlan['release'],
  restarts: RestartPlan,
): TargetPlan => {
  const plan = plannedObjects(compared, rendered, release);
  return { ...plan, objects: plan.objects.map((object) => withHolds(object, compared, restarts)), restarts };
};

/** A workload that is held while it restarts says what the fields are in the end by which it is. */
const withHolds = (object: PlannedObject, { objects }: ComparedTarget, { steps }: RestartPlan): PlannedObject => {
  const step = steps.find(({ workload }) => workload === object.id);
  if (step?.pace === undefined && step?.parts === undefined) return object;
  const found = objects.find(({ id }) => id === object.id);
  const holds = pacePaths(found?.manifest.kind ?? '').map((path): FieldChange => {
    const change = object.fields.find((field) => field.path === path);
    const {
      replaces: _replaces,
      replacesHash: _hash,
      ...after
    } = change ?? fieldChange(path, undefined, at(found?.live, ...path.slice(1).split('/')), false);
    return after;
  });
  return { ...object, holds };
};
