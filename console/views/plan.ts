import type { Digest } from '../../shared/blobs/blobs.ts';
import { countActions } from '../../shared/rollout/plan.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { PlannedOne } from '../../shared/wave/plan-one.ts';
import { type DiffGroup, groupDiffs } from './diff-groups.ts';
import { groupRestarts, type RestartGroup } from './restart-groups.ts';

/** What releasing a commit would do to the fleet as it is now. A preview: each wave is planned again when its turn is held. */
export type PlanView =
  | { readonly status: 'refused'; readonly commit: string; readonly problems: readonly string[] }
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
        readonly asksApproval: boolean;
        readonly unreachable: readonly { readonly target: string; readonly because: string }[];
      }[];
      readonly groups: readonly DiffGroup[];
      readonly restarts: readonly RestartGroup[];
    };

/** The previews of a release's targets as one plan; refused when any target refuses it, with every reason. Pure. */
export const planView = (
  commit: string,
  digest: Digest,
  release: Release,
  previews: ReadonlyMap<string, PlannedOne>,
): PlanView => {
  const problems = [...previews].flatMap(([target, each]) =>
    each.status === 'refused' ? each.because.map((because) => `${target}: ${because}`) : [],
  );
  if (problems.length > 0) return { status: 'refused', commit, problems };
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
      asksApproval: wave.approval !== undefined,
      unreachable: wave.targets.flatMap((target) => {
        const preview = previews.get(target);
        return preview?.status === 'unreachable' ? [{ target, because: preview.because }] : [];
      }),
    })),
    groups: groupDiffs(
      plansOf(all).flatMap((plan) => {
        const target = release.targets[plan.target];
        return target === undefined ? [] : [{ target, plan }];
      }),
    ),
    restarts: groupRestarts(plansOf(all)),
  };
};
