import { describe, expect, it, test } from 'vitest';
import { weighEvidence } from '../../shared/analysis/e-process.ts';
import { assessProbe } from '../../shared/probe/assess-probe.ts';
import { emptyTally, joinTallies, type Tally } from '../../shared/probe/tally.ts';
import type { ProbeGate } from '../../shared/rollout/gate.ts';
import { judgeProbes } from '../../shared/wave/gate-tools.ts';

const up: ProbeGate = {
  kind: 'probe',
  check: { tcp: 'a:1' },
  rate: 1,
  timeoutMs: 1_000,
  failuresBelow: 0.01,
  minSamples: 10,
  consecutive: 3,
};
const bad: ProbeGate = { ...up, mustFail: true };
const tally = (gate: string, attempts: number, failedFirst: number): Tally => ({
  ...emptyTally(gate, 't', 'a:1', 0),
  attempts,
  failedFirst,
  run: { leading: failedFirst, trailing: failedFirst, longest: failedFirst },
  to: 20_000,
});
const tools = {
  assessProbe: (gate: string, spec: ProbeGate, tallies: readonly Tally[]) =>
    assessProbe(gate, spec, tallies, weighEvidence),
  joinTallies,
};
const judged = (...tallies: readonly Tally[]) =>
  judgeProbes({ up, bad }, ['t'], tallies, tools).map(({ gate, verdict }) => `${gate} ${verdict}`);

describe('a probe that must fail', () => {
  test.each([
    [20, 20, 'pass', '20 of 20 attempts failed, as they must'],
    [20, 19, 'inconclusive', '1 of 20 attempts passed where all must fail; the prober is not believed'],
    [20, 0, 'inconclusive', '20 of 20 attempts passed where all must fail; the prober is not believed'],
    [5, 5, 'inconclusive', '5 of 5 attempts failed, as they must; expected at least 10 to judge by'],
  ] as const)('of %d attempts with %d failed: %s', (attempts, failed, verdict, found) => {
    expect(assessProbe('bad', bad, [tally('bad', attempts, failed)], weighEvidence)).toMatchObject({
      verdict,
      because: `gate bad on t: ${found}`,
    });
  });

  it('leaves the others as they are when it fails', () => {
    expect(judged(tally('up', 20, 0), tally('bad', 20, 20))).toEqual(['up pass', 'bad pass']);
  });

  it('takes what others say from a prober that says yes', () => {
    expect(judged(tally('up', 20, 0), tally('bad', 20, 3))).toEqual(['up inconclusive', 'bad inconclusive']);
    expect(judged(tally('up', 20, 15), tally('bad', 20, 3))).toEqual(['up inconclusive', 'bad inconclusive']);
  });

  it('with too few attempts lets the others speak', () => {
    expect(judged(tally('up', 20, 0), tally('bad', 5, 5))).toEqual(['up pass', 'bad inconclusive']);
  });
});
