import * as z from 'zod/mini';
import { withoutTargets } from '../console/without-targets.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import { readAccess } from '../shared/ledger/access.ts';
import { type Rollout, readRollout } from '../shared/ledger/rollouts.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { concludeRollout as conclude } from '../shared/release/conclude-rollout.ts';
import { releaseOf } from '../shared/release/release-of.ts';
import { type Audience, audienceOf } from '../shared/rollout/audience.ts';
import { lambdaOutside } from './outside.ts';
import { concludeTools } from './tools/conclude-tools.ts';
import { because, rolloutRef } from './tools/inputs.ts';
import { tell } from './tools/tell.ts';

const input = z.object({
  rollout: rolloutRef.shape.rollout,
  cause: z.object({ outcome: z.string(), because }),
});

/** State `ConcludeRollout`: the one end of a rollout, and git made true again. */
export const concludeRollout = (outside: Outside): Task =>
  task(outside, input, async ({ rollout, cause }, { signal }) => {
    const tools = concludeTools(rollout, stepFunctions(outside), outside, signal);
    const ended = await conclude(rollout, cause, tools, outside);
    const { outcome, because } = ended;
    // What went well is nothing to wake anybody for.
    if (outcome !== 'succeeded' && outcome !== 'superseded') {
      const row = await readRollout(outside.ledger, rollout);
      const said = row?.only === undefined ? await forEverybody(because, outside) : because;
      const text = `rollout ${rollout} ended ${outcome.replace('_', ' ')}: ${said}`;
      await tell(
        { key: `ended ${rollout}`, text, path: `/rollouts/${rollout}` },
        outside,
        audienceOfRollout(row, outside),
      );
    }
    return ended;
  });

/** The end of what a private target gets is told its own people. Where there is no release nothing says who they are. */
const audienceOfRollout = async (row: Rollout | undefined, { blobs }: Pick<Outside, 'blobs'>): Promise<Audience> => {
  if (row?.only === undefined) return 'everybody';
  return row.release === undefined ? 'nobody' : audienceOf((await releaseOf(blobs, row.release)).targets[row.only]);
};

/** What is wrong with a release may be so for a private target, whose name is not everybody's. */
const forEverybody = async (text: string, { ledger }: Pick<Outside, 'ledger'>): Promise<string> =>
  withoutTargets(text, new Set(Object.keys((await readAccess(ledger)).privateTargets)));

/** What Lambda calls. */
export const handler = concludeRollout(lambdaOutside());
