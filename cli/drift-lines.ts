import { shortCommit } from '../console/views/standing-text.ts';
import type { Drift } from '../shared/drift/drift-row.ts';
import type { Paint } from './progress.ts';

/** How targets stand, a line each and one for every object that differs; those as deployed are counted. Pure. */
export const driftLines = (drifts: readonly Drift[], paint: Paint): readonly string[] => {
  if (drifts.length === 0)
    return ['nothing was looked at yet: each target is, every five minutes, once something is verified on it'];
  const well = drifts.filter(({ status }) => status === 'as-deployed').length;
  return [
    ...drifts.flatMap((drift) => (drift.status === 'as-deployed' ? [] : linesOf(drift, paint))),
    `${well} of ${drifts.length} targets are as deployed`,
  ];
};

const linesOf = (
  { target, status, since, commit, because, holds, count = 0, objects = [] }: Drift,
  paint: Paint,
): readonly string[] => {
  const from = since === undefined ? '' : ` since ${new Date(since).toISOString()}`;
  if (status === 'unknown') return [`${paint('yellow', 'NOT KNOWN')}  ${target}${from}: ${because ?? ''}`];
  const more = count - objects.length;
  return [
    `${paint('red', 'DRIFTED')}  ${target}${from}, from what ${shortCommit(commit)} left there`,
    ...objects.map(({ id, because: why }) => `  ${id}: ${why}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(holds === true ? [`  holds releases; put it back, or: tidegate waive target/${target} --comment <why>`] : []),
  ];
};
