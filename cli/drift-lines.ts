import { shortCommit } from '../console/views/standing-text.ts';
import type { ShownDrift } from '../shared/drift/drift-row.ts';
import { sayWritten } from '../shared/rollout/last-written.ts';
import type { Paint } from './progress.ts';

/** How targets stand, a line each and one for every object that differs; those as deployed are counted. Pure. */
export const driftLines = (drifts: readonly ShownDrift[], paint: Paint): readonly string[] => {
  if (drifts.length === 0)
    return ['nothing was looked at yet: each target is, every five minutes, once something is verified on it'];
  const well = drifts.filter(({ status }) => status === 'as-deployed').length;
  return [
    ...drifts.flatMap((drift) => (drift.status === 'as-deployed' ? [] : linesOf(drift, paint))),
    `${well} of ${drifts.length} targets are as deployed`,
  ];
};

const linesOf = (drift: ShownDrift, paint: Paint): readonly string[] => {
  const { target, status, since, commit, because, count = 0, objects = [] } = drift;
  const from = since === undefined ? '' : ` since ${new Date(since).toISOString()}`;
  if (status === 'unknown') return [`${paint('yellow', 'NOT KNOWN')}  ${target}${from}: ${because ?? ''}`];
  const more = count - objects.length;
  return [
    `${paint('red', 'DRIFTED')}  ${target}${from}, from what ${shortCommit(commit)} left there`,
    ...objects.map(
      ({ id, because: why, written }) => `  ${id}: ${why}${written === undefined ? '' : `; ${sayWritten(written)}`}`,
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...effectOf(drift),
  ];
};

const effectOf = ({ target, holds, waived }: ShownDrift): readonly string[] => {
  if (holds !== true) return [];
  if (waived !== undefined)
    return [`  waived by ${waived.by}: ${waived.because}; what drifts besides holds releases again`];
  return [`  holds releases; put it back, or: tidegate waive target/${target} --comment <why>`];
};
