import { readAccess } from '../../shared/ledger/access.ts';
import { type Rollout, readRollout } from '../../shared/ledger/rollouts.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { releaseOf } from '../../shared/release/release-of.ts';
import { type Audience, audienceOf } from '../../shared/rollout/audience.ts';
import type { End } from '../../shared/rollout/outcome.ts';
import { withoutTargets } from '../../shared/rollout/without-targets.ts';
import { tell } from './tell.ts';

/** How a rollout ended, whoever gave it that end. */
export interface Ended {
  readonly rollout: string;
  readonly outcome: End;
  readonly because: string;
}

/** Tells people of a rollout that ended other than it should: what went well is nothing to wake anybody for. Twice is as once. */
export const tellEnd = async ({ rollout, outcome, because }: Ended, outside: Outside): Promise<void> => {
  if (outcome === 'succeeded' || outcome === 'superseded') return;
  const row = await readRollout(outside.ledger, rollout);
  const said = row?.only === undefined ? await forEverybody(because, outside) : because;
  const text = `rollout ${rollout} ended ${outcome.replace('_', ' ')}: ${said}`;
  await tell({ key: `ended ${rollout}`, text, path: `/rollouts/${rollout}` }, outside, audienceOfRollout(row, outside));
};

/** The end of what a private target gets is told its own people. Where there is no release nothing says who they are. */
const audienceOfRollout = async (row: Rollout | undefined, { blobs }: Pick<Outside, 'blobs'>): Promise<Audience> => {
  if (row?.only === undefined) return 'everybody';
  return row.release === undefined ? 'nobody' : audienceOf((await releaseOf(blobs, row.release)).targets[row.only]);
};

/** What is wrong with a release may be so for a private target, whose name is not everybody's. */
const forEverybody = async (text: string, { ledger }: Pick<Outside, 'ledger'>): Promise<string> =>
  withoutTargets(text, new Set(Object.keys((await readAccess(ledger)).privateTargets)));
