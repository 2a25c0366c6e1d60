import { expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { assessSettled } from '../../../shared/apply/settled/assess-settled.ts';
import { assessKstatus } from '../../../shared/apply/settled/kstatus.ts';
import { seededRandom } from '../../../shared/outside/random.ts';
import { oddObjects } from './kstatus-upstream/objects.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
// What kstatus can not read it has no opinion on.
const rank = { unknown: -1, ready: 0, 'in-progress': 1, terminating: 1, failed: 2 } as const;

/** Where waiting as kstatus does would wait for ever: what was told to stand still, or is updated by hand only. */
const isMeant = ({ kind, spec = {} }: LiveObject): boolean => {
  const text = JSON.stringify(spec);
  return (
    (kind === 'Deployment' && text.includes('"paused":true')) || (kind === 'DaemonSet' && text.includes('"OnDelete"'))
  );
};

it('never takes an object for ready, or as still coming, that kstatus does not', () => {
  const laxer = oddObjects(seededRandom('stricter'), 20_000)
    .map((object): LiveObject => ({ ...object, metadata: { uid: '', resourceVersion: '', ...object.metadata } }))
    .map((object) => ({ object, ours: assessSettled(object, now), theirs: assessKstatus(object, now) }))
    .filter(
      ({ object, ours, theirs }) =>
        ours.status !== 'unknown' && rank[ours.status] < rank[theirs.status] && !isMeant(object),
    )
    .map(({ object, ours, theirs }) => ({
      object,
      ours: `${ours.status} ${ours.reason}`,
      theirs: `${theirs.status} ${theirs.reason}`,
    }));
  expect(laxer.slice(0, 5)).toEqual([]);
});
