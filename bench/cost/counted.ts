import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parse } from 'yaml';
import { assumed, countTransitions } from '../../shared/cost/assess-cost.ts';
import { prices } from '../../shared/cost/prices.ts';
import { openRehearsal } from '../../test/journeys/rehearsal.ts';
import { type CountedRollout, countRollout } from './count-rollout.ts';
import { fleetOf } from './fleet.ts';

// `node bench/cost/counted.ts [targets] [minutes of soak]`: rehearses a rollout of so many targets in three waves and prices what was counted.
const [targets = '100', minutes = '30'] = process.argv.slice(2);
const memoryOf: Readonly<Record<string, { readonly memorySize?: number }>> = parse(
  readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8'),
  { merge: true },
).functions;

const price = ({ transitions, functions }: CountedRollout): number =>
  Object.entries(functions).reduce(
    (sum, [name, { calls, seconds }]) =>
      sum +
      calls * prices.lambdaRequest +
      // What is computed takes no time on the clock of a rehearsal: of each call a second is assumed, as in assess-cost.ts.
      (seconds + calls * assumed.stepSeconds) * ((memoryOf[name]?.memorySize ?? 512) / 1_024) * prices.lambdaGbSecond,
    transitions * prices.stateTransition,
  );

/** What assess-cost.ts says of a rollout of the same shape. */
const estimate = ({ functions }: CountedRollout, waves: number): number => {
  const calls = (name: string): number => functions[name]?.calls ?? 0;
  return countTransitions({
    ...assumed,
    targets: Number(targets),
    waves,
    batchesPerWave: (calls('nextBatch') - waves) / waves,
    applySlices: calls('applyManifests') / Number(targets),
    settlePolls: calls('settleTarget') / Number(targets),
    soakPolls: calls('judgeWave') / waves,
    waveMinutes: (calls('probeWave') / waves) * 10,
  });
};

const dir = mkdtempSync(join(tmpdir(), 'tidegate-cost-'));
try {
  const fleet = fleetOf(Number(targets), Number(minutes));
  const story = await openRehearsal({ dir, config: fleet('v1') });
  const first = await story.begin();
  await story.ended(first);
  const second = await story.merge({ 'tidegate.json': fleet('v2') }, 'Version 2');
  const end = await story.ended(second);
  const { startedAt } = await story.rolloutRow(second);
  await story.close();
  const counted = countRollout(new DatabaseSync(join(dir, 'engine.sqlite')), startedAt);
  console.log(`${targets} targets, ${minutes} minutes of soak, ${end?.outcome}: ${counted.transitions} transitions`);
  for (const [name, { calls, seconds }] of Object.entries(counted.functions).sort()) {
    console.log(`  ${name.padEnd(20)} ${String(calls).padStart(6)} calls ${seconds.toFixed(0).padStart(8)} s`);
  }
  const estimated = estimate(counted, 3);
  const off = Math.round((100 * (estimated - counted.transitions)) / counted.transitions);
  console.log(`  assess-cost.ts says ${Math.round(estimated)} transitions of this shape, ${off} % off`);
  if (Math.abs(off) > 10) process.exitCode = 1;
  console.log(`  transitions and functions: $${price(counted).toFixed(4)}`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
