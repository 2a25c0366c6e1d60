import { expect, test } from 'vitest';
import { nextWaiting } from '../../shared/rollout/next-waiting.ts';
import type { LaterEffect, WaitingEffect } from '../../shared/rollout/restarts.ts';

const idOf = (name: string) => `apps/Deployment/shop/${name}` as const;
const effect = (workload: string, becomes: `sha256:${string}` = 'sha256:2'): LaterEffect => ({
  workload: idOf(workload),
  how: 'start',
  object: '/ConfigMap/shop/flags',
  keys: ['a'],
  was: 'sha256:1',
  becomes,
});
const from = (rollout: string, each: LaterEffect): WaitingEffect => ({ effect: each, rollout, commit: 'c', at: 1 });
const by = { rollout: 'r-2', commit: 'c', at: 1 };

test.for([
  {
    because: 'it was deployed: what its plan says',
    before: [from('r-1', effect('web')), from('r-1', effect('api'))],
    plan: { later: [effect('db')], waiting: [from('r-1', effect('web'))] },
    ended: { isDeployed: true, restarted: new Set([idOf('api')]) },
    waits: [from('r-1', effect('web')), from('r-2', effect('db'))],
  },
  {
    because: 'it failed: all that waited, but for what restarted, and what it may have brought',
    before: [from('r-1', effect('web')), from('r-1', effect('api'))],
    plan: { later: [effect('db')], waiting: [] },
    ended: { isDeployed: false, restarted: new Set([idOf('api')]) },
    waits: [from('r-1', effect('web')), from('r-2', effect('db'))],
  },
  {
    because: 'the same object changed again: the newer one stands for both',
    before: [from('r-1', effect('web'))],
    plan: { later: [effect('web', 'sha256:3')], waiting: [from('r-1', effect('web'))] },
    ended: { isDeployed: true, restarted: new Set<ReturnType<typeof idOf>>() },
    waits: [from('r-2', effect('web', 'sha256:3'))],
  },
])('what waits for a restart when a deployment has ended: $because', ({ before, plan, ended, waits }) => {
  expect(nextWaiting(before, plan, ended, by)).toEqual(waits);
});
