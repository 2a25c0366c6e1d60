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
 * and last, for it needs git, rollouts that have no end, of which people are told as of any other.
 */
export const sweepTurns = (all: Outside): Task =>
  task(all, z.unknown(), async (_, { signal }, outside) => {
    const steps = stepFunctions(outside);
    const approvals = await sweepApprovals(steps, outside.ledger);
    const turns = await sweep(steps, outside);
    const aged = await ageAlerts(outside.ledger, outside.clock.now());
    const toolsFor = (rollout: string) => concludeTools(rollout, steps, outside, signal);
    const { ended } = await sweepRollouts(toolsFor, steps, outside);
    return { ...approvals, ...turns, aged, concluded: ended.map(({ rollout }) => rollout) };
  });

/** What Lambda calls. */
export const handler = sweepTurns(lambdaOutside());
