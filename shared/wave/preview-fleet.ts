import type { Digest } from '../blobs/blobs.ts';
import { recordEvent } from '../ledger/events.ts';
import { inTurns } from '../outside/in-turns.ts';
import type { Outside } from '../outside/outside.ts';
import { brief } from '../rollout/outcome.ts';
import { countActions, countFindings, describeActions, describeFindings, type NamedDeletes } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import { describeRefused } from './describe-refused.ts';
import type { FlagTools } from './flag-tools.ts';
import { type PlannedOne, type PlanningTools, planOne } from './plan-one.ts';
import { refusedFlags } from './refused-flags.ts';
import { type Bringing, wantForward } from './want-forward.ts';

export interface PreviewResult {
  readonly status: 'previewed' | 'refused';
  readonly cause: { readonly outcome: 'passed' | 'refused'; readonly because: string };
}

/**
 * Plans every target of a release against what is live, with dry runs where they are needed, and refuses the release if any target
 * refuses it, or a flag can not be set as it stands in its store: before the first write anywhere. Each wave is planned again when its turn is held.
 */
export const previewFleet = async (
  rollout: string,
  digest: Digest,
  release: Release,
  tools: PlanningTools & FlagTools,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  signal: AbortSignal,
): Promise<PreviewResult> => {
  const previews = await previewTargets({ release: digest, rollout }, release, tools, outside, signal);
  const refused = new Map(
    [...previews].flatMap(([target, each]) => (each.status === 'refused' ? [[target, each.refusals] as const] : [])),
  );
  const { text: refusedText, lines, more } = describeRefused(refused);
  const flags = await refusedFlags(release, tools, signal);
  const text = [...(refused.size === 0 ? [] : [refusedText]), ...flags].join('; ');
  const isRefused = refused.size > 0 || flags.length > 0;
  const planned = [...previews.values()].flatMap((each) => (each.status === 'planned' ? each.planned : []));
  const counts = countActions(planned.map(({ plan }) => plan));
  const findings = countFindings(planned.flatMap((each) => each.findings));
  const found = describeFindings(findings);
  const named = [...previews].flatMap(([target, each]) =>
    each.status === 'planned' && each.planned.deletes !== undefined ? [{ target, ...each.planned.deletes }] : [],
  );
  const naming =
    named.length === 0
      ? ''
      : `; an approval has to name the deletes on ${named.map(({ target, objects }) => `${target} (${objects.length})`).join(', ')}`;
  const unreachable = [...previews].flatMap(([target, each]) => (each.status === 'unreachable' ? target : []));
  const dead = unreachable.length === 0 ? '' : `; not reachable now: ${unreachable.join(', ')}`;
  const because = !isRefused
    ? `the fleet will see ${describeActions(counts)}${found === '' ? '' : `; ${found}`}${naming}${dead}`
    : `refused, nothing written to any target: ${text}`;
  await recordEvent(outside.ledger, rollout, 'previewed', {
    at: outside.clock.now(),
    kind: 'previewed',
    text: brief(because, 2000),
    details: {
      ...{ counts, findings, deletes: named.slice(0, 50).map(withCount), unreachable, refused: lines, more },
      ...(flags.length === 0 ? {} : { flags }),
    },
  });
  return {
    status: isRefused ? 'refused' : 'previewed',
    cause: { outcome: isRefused ? 'refused' : 'passed', because: brief(because) },
  };
};

const withCount = ({ target, objects, because }: NamedDeletes & { readonly target: string }) => ({
  target,
  count: objects.length,
  because,
});

/** Targets read at the same time: a few requests each, to a different cluster. */
const concurrency = 16;

/** The preview of every target, in the order of their names. */
export const previewTargets = async (
  bringing: Bringing,
  release: Release,
  tools: PlanningTools,
  outside: Pick<Outside, 'ledger' | 'blobs'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PlannedOne>> => {
  const targets = Object.values(release.targets).sort((a, b) => (a.name < b.name ? -1 : 1));
  const previews = new Map<string, PlannedOne>();
  await inTurns(await wantForward(release, bringing, targets, outside), concurrency, async (wanted) => {
    previews.set(wanted.target.name, await planOne(wanted, tools, outside, signal));
  });
  return new Map(
    targets.flatMap(({ name }) => {
      const preview = previews.get(name);
      return preview === undefined ? [] : [[name, preview] as const];
    }),
  );
};
