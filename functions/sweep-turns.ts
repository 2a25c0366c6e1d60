import * as z from 'zod/mini';
import { sweepApprovals } from '../shared/approval/tell-decision.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import { ageAlerts } from '../shared/ledger/alerts.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { sweepRollouts } from '../shared/release/sweep-rollouts.ts';
import { sweepTurns as sweep } from '../shared/wave/sweep-turns.ts';
import { lambdaOutside } from './outside.ts';
import { concludeTools } from './tools/conclude-tools.ts';

/**
 * Every minute, what somebody who died has left: decisions that were not told, waves that were not freed, alerts whose sender is silent,
 * and last, for it needs git, rollouts that have no end, of which people are told as of any other. What can not be done of that holds up nothing
 * else; it is thrown at the end.
 */
export const sweepTurns = (all: Outside): Task =>
  task(all, z.unknown(), async (_, { signal }, outside) => {
    const steps = stepFunctions(outside);
    const toolsFor = (rollout: string) => concludeTools(rollout, steps, outside, signal);
    const failures: unknown[] = [];
    const part = <Result>(run: Promise<Result>): Promise<Result | undefined> =>
      run.catch((error: unknown) => {
        failures.push(error);
        return undefined;
      });
    const approvals = await part(sweepApprovals(steps, outside.ledger));
    const turns = await part(sweep(steps, outside));
    const aged = await part(ageAlerts(outside.ledger, outside.clock.now()));
    const rollouts = await part(sweepRollouts(toolsFor, steps, outside));
    if (failures.length > 0) throw failures[0];
    return { ...approvals, ...turns, aged, concluded: rollouts?.ended.map(({ rollout }) => rollout) };
  });

/** What Lambda calls. */
export const handler = sweepTurns(lambdaOutside());
