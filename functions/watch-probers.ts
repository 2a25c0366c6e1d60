import * as z from 'zod/mini';
import { watchProbers as watch } from '../shared/availability/watch-probers.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import { readAccess } from '../shared/ledger/access.ts';
import { beat } from '../shared/notify/notify.ts';
import { sendWaiting } from '../shared/notify/outbox.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { tell } from './tools/tell.ts';

const hourMs = 3_600_000;

/**
 * Every minute: who should probe and has fallen silent. Tells people, once an hour; while nobody is silent, shows an outside service that
 * this is alive, which it can not say of itself. And sends what some channel has not taken yet, or the ledger's stream has not
 * brought.
 */
export const watchProbers = (all: Outside): Task =>
  task(all, z.unknown(), async (_, __, outside) => {
    await sendWaiting(outside);
    const silent = await watch(outside);
    // Everybody is told of them; whose they are is for their own people to know.
    const { privateTargets } = await readAccess(outside.ledger);
    const hour = Math.floor(outside.clock.now() / hourMs);
    for (const region of new Set(silent.map((each) => each.region))) {
      const targets = silent
        .filter((each) => each.region === region)
        .map(({ target }) => (target in privateTargets ? 'a private target' : target));
      const named = targets.length > 3 ? `${targets.length} targets` : targets.join(', ');
      const text = `No scheduled probes from ${region} of ${named} for minutes; their gates can not see an outage from there`;
      await tell({ key: `silent ${region} ${hour}`, text, path: '' }, outside, 'everybody');
    }
    if (silent.length === 0) await beat(outside);
    return { silent };
  });

/** What Lambda calls. */
export const handler = watchProbers(lambdaOutside());
