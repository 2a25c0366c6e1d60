import { spoken } from '../../shared/apply/object-id.ts';
import { canonicalJson } from '../../shared/rollout/digest.ts';
import type { TargetPlan } from '../../shared/rollout/plan.ts';
import type { RestartPlan, RestartStep } from '../../shared/rollout/restarts.ts';
import { sayCause, sayLater, sayPace, sayWaiting } from '../../shared/rollout/say-restart.ts';

/** What restarts on targets on which it does so alike, whatever number of pods each has. */
export interface RestartGroup {
  readonly targets: readonly string[];
  readonly order: RestartPlan['order'];
  readonly steps: readonly RestartStepView[];
  /** Workloads that are new and begin only after others have restarted. */
  readonly starts: readonly { readonly spoken: string; readonly after: readonly string[] }[];
  /** What takes effect at a later restart, each as a sentence; first what this plan brings. */
  readonly later: readonly string[];
}

export interface RestartStepView {
  readonly spoken: string;
  readonly service: string;
  /** Of the targets with fewest and with most. */
  readonly pods: { readonly least: number; readonly most: number };
  readonly zone?: string;
  readonly after: readonly string[];
  readonly apart: readonly string[];
  /** How its pods are replaced where not as its own strategy says: part by part, or at a pace. */
  readonly pace?: string;
  readonly causes: readonly string[];
}

type Planned = Pick<TargetPlan, 'target' | 'restarts'>;

/** The restarts of several targets, grouped by likeness; the group of most targets first. Targets without any make a group too. Pure. */
export const groupRestarts = (plans: readonly Planned[]): readonly RestartGroup[] => {
  const groups = new Map<string, Planned[]>();
  for (const plan of plans) {
    const key = canonicalJson(likeness(plan.restarts));
    groups.set(key, [...(groups.get(key) ?? []), plan]);
  }
  return [...groups.values()].map(groupOf).toSorted((a, b) => b.targets.length - a.targets.length);
};

/** All but numbers, which differ with the size of a target, and hashes. */
const likeness = ({ order, steps, starts, later, waiting }: RestartPlan) => ({
  order,
  steps: steps.map(({ pods: _pods, parts, pace, causes, ...step }) => ({
    ...step,
    isStepped: parts !== undefined,
    isPaced: pace !== undefined,
    causes: causes.map(sayCause),
  })),
  starts,
  later: [...later.map(sayLater), ...waiting.map(sayWaiting)],
});

const groupOf = (plans: readonly Planned[]): RestartGroup => {
  const restarts = plans.map((plan) => plan.restarts);
  const [first] = restarts;
  return {
    targets: plans.map(({ target }) => target),
    order: first?.order ?? 'providers-first',
    steps: (first?.steps ?? []).map((step, place) =>
      stepView(
        step,
        restarts.flatMap(({ steps }) => steps[place] ?? []),
      ),
    ),
    starts: (first?.starts ?? [])
      .filter(({ after }) => after.length > 0)
      .map(({ workload, after }) => ({ spoken: spoken(workload), after: after.map(spoken) })),
    later: [...(first?.later ?? []).map(sayLater), ...(first?.waiting ?? []).map(sayWaiting)],
  };
};

const stepView = (step: RestartStep, alike: readonly RestartStep[]): RestartStepView => {
  const pods = alike.map((each) => each.pods);
  const paces = new Set(alike.map(paceOf));
  const [pace] = paces;
  const stated = paces.size > 1 ? 'part by part' : pace;
  return {
    spoken: spoken(step.workload),
    service: step.service,
    pods: { least: Math.min(...pods), most: Math.max(...pods) },
    ...(step.zone === undefined ? {} : { zone: step.zone }),
    after: step.after.map(spoken),
    apart: step.apart.map(spoken),
    ...(stated === undefined ? {} : { pace: stated }),
    causes: step.causes.map(sayCause),
  };
};

const paceOf = ({ parts, pace }: RestartStep): string | undefined => {
  if (parts !== undefined) return `${parts.join(', then ')} at a time, highest ordinals first`;
  return pace === undefined ? undefined : `while it restarts: ${sayPace(pace)}`;
};

/** How one step reads on a line: its pods, its zone, who goes before it and who not beside it. */
export const sayStep = ({ pods, zone, after, apart, pace }: RestartStepView): string =>
  [
    pods.least === pods.most
      ? `${pods.most} ${pods.most === 1 ? 'pod' : 'pods'}`
      : `${pods.least} to ${pods.most} pods`,
    ...(zone === undefined ? [] : [`zone ${zone}`]),
    ...(pace === undefined ? [] : [pace]),
    ...(after.length === 0 ? [] : [`after ${after.join(', ')}`]),
    ...(apart.length === 0 ? [] : [`never beside ${apart.join(', ')}`]),
  ].join('; ');
