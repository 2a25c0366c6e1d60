import { isLost } from '../../shared/blobs/blobs.ts';
import { readAccess } from '../../shared/ledger/access.ts';
import type { Write } from '../../shared/ledger/ledger.ts';
import { type Rollout, readRollout } from '../../shared/ledger/rollouts.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Ended } from '../../shared/release/conclude-rollout.ts';
import { releaseOf } from '../../shared/release/release-of.ts';
import { type Audience, audienceOf } from '../../shared/rollout/audience.ts';
import { withoutTargets } from '../../shared/rollout/without-targets.ts';
import { keepNotice, noticeOf } from './tell.ts';

/** The rows that tell people of a rollout which ended other than it should: what went well is nothing to wake anybody for. */
export const endNotice = async ({ rollout, outcome, because }: Ended, outside: Outside): Promise<readonly Write[]> => {
  if (outcome === 'succeeded' || outcome === 'superseded') return [];
  const row = await readRollout(outside.ledger, rollout);
  const said = row?.only === undefined ? await forEverybody(because, outside) : because;
  const text = `rollout ${rollout} ended ${outcome.replace('_', ' ')}: ${said}`;
  const notice = { key: `ended ${rollout}`, text, path: `/rollouts/${rollout}` };
  return noticeOf(notice, outside, await audienceOfRollout(row, outside));
};

/** Tells people, once, that targets of a rollout are not back and are tried again. */
export const tellLeft = async (rollout: string, because: string, outside: Outside): Promise<void> => {
  const row = await readRollout(outside.ledger, rollout);
  const said = row?.only === undefined ? await forEverybody(because, outside) : because;
  const notice = { key: `left ${rollout}`, text: `rollout ${rollout}: ${said}`, path: `/rollouts/${rollout}` };
  await keepNotice(notice, outside, await audienceOfRollout(row, outside));
};

/** The end of what a private target gets is told its own people. Where its release is not there, or lost, nothing says who they are. */
const audienceOfRollout = async (row: Rollout | undefined, { blobs }: Pick<Outside, 'blobs'>): Promise<Audience> => {
  if (row?.only === undefined) return 'everybody';
  if (row.release === undefined) return 'nobody';
  try {
    return audienceOf((await releaseOf(blobs, row.release)).targets[row.only]);
  } catch (error) {
    // A rollout ends all the same.
    if (isLost(error)) return 'nobody';
    throw error;
  }
};

/** What is wrong with a release may be so for a private target, whose name is not everybody's. */
const forEverybody = async (text: string, { ledger }: Pick<Outside, 'ledger'>): Promise<string> =>
  withoutTargets(text, new Set(Object.keys((await readAccess(ledger)).privateTargets)));
