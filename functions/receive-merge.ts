import { executionName } from '../shared/intake/event-name.ts';
import { headOf } from '../shared/intake/github.ts';
import { receiveMerge as receive } from '../shared/intake/receive-merge.ts';
import { type HttpTask, httpTask } from '../shared/lambda/http-task.ts';
import { readRollout } from '../shared/ledger/rollouts.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { startRollout } from '../shared/release/start-rollout.ts';
import { lambdaOutside } from './outside.ts';

/** `POST /hooks/merge`: a merge into the config repository starts its rollout. What Tidegate itself took back starts nothing. */
export const receiveMerge = (all: Outside): HttpTask =>
  httpTask(all, async (delivery, { signal }, outside) => {
    const answer = await receive(outside, delivery, signal);
    if (answer.outcome === 'refused') return { status: answer.status, body: answer };
    if (answer.outcome === 'ignored') return { status: 200, body: answer };
    if (answer.reverts !== undefined) {
      return {
        status: 200,
        body: { outcome: 'ignored', because: `takes back ${answer.reverts}: the targets are there already` },
      };
    }
    const { repository, commit } = answer.start;
    if (!answer.isHead && (await isReleased(repository, await headOf(outside, signal), outside))) {
      const because = 'superseded: the branch has moved on, and its newer commit is released already';
      return { status: 200, body: { outcome: 'ignored', because } };
    }
    const request = { repository, commit, by: answer.by, authors: answer.people };
    return {
      status: 202,
      body: await startRollout(request, executionName(repository, commit), stepFunctions(outside), outside),
    };
  });

/** A merge that is reported late must not take the fleet back to what was before a newer one. */
const isReleased = async (repository: string, commit: string, { ledger }: Outside): Promise<boolean> =>
  (await readRollout(ledger, executionName(repository, commit))) !== undefined;

/** What Lambda calls. */
export const handler = receiveMerge(lambdaOutside());
