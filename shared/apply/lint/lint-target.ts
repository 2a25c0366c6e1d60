import type { Cluster } from '../../clouds/cluster.ts';
import type { Finding } from '../../rollout/plan.ts';
import type { ComparedObject } from '../compare-object.ts';
import type { DesiredJob } from '../desired.ts';
import { lintRoom } from '../room/lint-room.ts';
import { findingOf, lintObjects } from './lint-objects.ts';
import { recheckLive } from './recheck-live.ts';

/** Findings that a plan carries; the blob of a target stays some 100 kB at the most. */
const mostFindings = 200;

/**
 * All that is known of what a target will have trouble with: by its manifests, by what the API server said of them, and, where something
 * changes and `live` is given, by what is there beside them. An unchanged set costs no request.
 */
export const lintTarget = async (
  objects: readonly ComparedObject[],
  jobs: readonly DesiredJob[],
  live: { readonly cluster: Cluster; readonly signal: AbortSignal } | undefined,
): Promise<readonly Finding[]> => {
  const stated = [...lintObjects([...objects, ...jobs]), ...objects.flatMap(warnedOf)];
  if (live === undefined || objects.every(({ action }) => action === 'unchanged')) return bounded(stated);
  const { room, budgets } = await lintRoom(objects, live.cluster, live.signal);
  return bounded([...(await recheckLive(stated, objects, budgets, live)), ...room]);
};

/** The API server's own warnings (deprecated versions and fields, pod security, names that will not do) in the words of a rule. */
const warnedOf = (object: ComparedObject): readonly Finding[] =>
  (object.warnings ?? []).map((text) => findingOf(object, 'api-warning', 'warning', `the API server warns: ${text}`));

const weight = { error: 0, warning: 1, waived: 2 } as const;

/** What is worse first where not all can be kept. */
const bounded = (findings: readonly Finding[]): readonly Finding[] => {
  if (findings.length <= mostFindings) return findings;
  const kept = findings.toSorted((a, b) => weight[a.severity] - weight[b.severity]).slice(0, mostFindings - 1);
  const left = findings.length - kept.length;
  return [...kept, { rule: 'more', severity: 'warning', because: `${left} more findings are not listed` }];
};
