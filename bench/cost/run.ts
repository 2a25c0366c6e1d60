import {
  assessCost,
  assessFixed,
  assessNotices,
  assessSchedules,
  countTransitions,
} from '../../shared/cost/assess-cost.ts';
import { prices } from '../../shared/cost/prices.ts';
import { hundredTargets, provisioned } from './scenario.ts';

// `node bench/cost/run.ts`: what a rollout of 100 targets costs, and a month without one.
const show = (title: string, parts: Readonly<Record<string, number>>): void => {
  console.log(title);
  for (const [part, dollars] of Object.entries(parts)) console.log(`  ${part.padEnd(12)} $${dollars.toFixed(4)}`);
};
console.log(`prices of us-east-1 as of ${prices.asOf}; ${countTransitions(hundredTargets)} state transitions`);
show('one rollout of 100 targets', assessCost(hundredTargets, prices));
show('a month, whatever happens', assessFixed(provisioned, prices));
show('a month of what runs by the clock', assessSchedules({ targets: 100, regions: 1 }, prices));
show('a thousand messages', assessNotices(1_000, prices));
