import type { Digest } from '../../shared/blobs/blobs.ts';
import { type PlanCost, planCost } from '../../shared/cost/plan-cost.ts';
import { countActions } from '../../shared/rollout/plan.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { PlannedOne } from '../../shared/wave/plan-one.ts';
import { type DiffGroup, groupDiffs } from './diff-groups.ts';
import { type FindingGroup, groupFindings } from './findings.ts';
import type { FlagView } from './flags.ts';
import { gateRules } from './gate-rules.ts';
import { groupKept, type KeptGroup } from './kept.ts';
import { type NamedView, namedView } from './named-deletes.ts';
import { groupJobs, type JobGroup } from './planned-jobs.ts';
import { groupRefusals, type RefusalGroup } from './refusals.ts';
import { groupRestarts, type RestartGroup } from './restart-groups.ts';

/** What releasing a commit would do to the fleet as it is now. A preview: each wave is planned again when its turn is held. */
export type PlanView =
  | {
      readonly status: 'refused';
      readonly commit: string;
      /** All that is wrong, one line each. */
      readonly problems: readonly string[];
      /** What targets refuse; empty where the commit itself is wrong. */
      readonly refusals: readonly RefusalGroup[];
    }
  | {
      readonly status: 'planned';
      readonly commit: string;
      readonly release: Digest;
      readonly counts: ReturnType<typeof countActions>;
      readonly waves: readonly {
        readonly wave: string;
        readonly counts: ReturnType<typeof countActions>;
        readonly targets: readonly string[];
        readonly gates: readonly string[];
        /** What each of them asks, and how often all together may be wrong. */
        readonly rules: readonly string[];
        readonly asksApproval: boolean;
        /** Feature flags that would be set, as their stores are now. */
        readonly flags: readonly FlagView[];
        /** What only an approval by name may delete; the wave then asks for it, whether it asks for one itself or not. */
        readonly deletes?: NamedView & { readonly roles: readonly string[] };
        readonly unreachable: readonly { readonly target: string; readonly because: string }[];
      }[];
      readonly groups: readonly DiffGroup[];
      /** What will have trouble, and what was waived. */
      readonly findings: readonly FindingGroup[];
      /** What is no longer in the release and stays all the same. */
      readonly kept: readonly KeptGroup[];
      readonly restarts: readonly RestartGroup[];
      /** What runs once around the deployment. */
      readonly jobs: readonly JobGroup[];
      /** Private targets that would follow once the fleet has it, as far as they are for whoever asks; each is planned by itself. */
      readonly following: readonly string[];
      /** What carrying it out would cost in the cloud. */
      readonly cost: PlanCost;
    };

/** The previews of a release's targets as one plan; refused when any target refuses it, with every reason. Pure. */
export const planView = (
  commit: string,
  digest: Digest,
  release: Release,
  previews: ReadonlyMap<string, PlannedOne>,
  flags: ReadonlyMap<string, readonly FlagView[]> = new Map(),
  following: readonly string[] = [],
): PlanView => {
  const refusals = groupRefusals(previews);
  if (refusals.length > 0) {
    const problems = refusals.flatMap(({ because, targets }) => targets.map((target) => `${target}: ${because}`));
    return { status: 'refused', commit, problems: problems.sort(), refusals };
  }
  const plansOf = (names: readonly string[]) =>
    names.flatMap((name) => {
      const preview = previews.get(name);
      return preview?.status === 'planned' ? [preview.planned.plan] : [];
    });
  const all = release.waves.flatMap((wave) => wave.targets);
  return {
    status: 'planned',
    commit,
    release: digest,
    counts: countActions(plansOf(all)),
    waves: release.waves.map((wave) => ({
      wave: wave.name,
      counts: countActions(plansOf(wave.targets)),
      targets: wave.targets,
      gates: wave.gates,
      rules: gateRules(release, wave),
      asksApproval: wave.approval !== undefined,
      flags: flags.get(wave.name) ?? [],
      ...deletesIn(release, wave.targets, previews),
      unreachable: wave.targets.flatMap((target) => {
        const preview = previews.get(target);
        return preview?.status === 'unreachable' ? [{ target, because: preview.because }] : [];
      }),
    })),
    findings: groupFindings(
      [...previews.values()].flatMap((preview) => (preview.status === 'planned' ? [preview.planned] : [])),
    ),
    kept: groupKept(plansOf(all)),
    groups: groupDiffs(
      plansOf(all).flatMap((plan) => {
        const target = release.targets[plan.target];
        return target === undefined ? [] : [{ target, plan }];
      }),
    ),
    restarts: groupRestarts(plansOf(all)),
    jobs: groupJobs(plansOf(all)),
    following,
    cost: planCost(release, plansOf(all)),
  };
};

const deletesIn = (
  { deletes: { approval } }: Release,
  names: readonly string[],
  previews: ReadonlyMap<string, PlannedOne>,
): { readonly deletes?: NamedView & { readonly roles: readonly string[] } } => {
  const view = namedView(
    names.flatMap((name) => {
      const preview = previews.get(name);
      if (preview?.status !== 'planned') return [];
      return [{ plan: preview.planned.plan, named: preview.planned.deletes?.objects ?? [] }];
    }),
  );
  return view === undefined ? {} : { deletes: { ...view, roles: approval?.roles ?? [] } };
};
