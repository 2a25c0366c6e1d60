import { type ProbeGate, type WeighEvidence, weighsEvidence } from '../rollout/gate.ts';
import type { Judgement, Verdict } from '../rollout/verdict.ts';
import { assessMustFail } from './assess-must-fail.ts';
import type { Tally } from './tally.ts';

/**
 * Judges what was probed of one gate: of one target, or of several, where the worst one speaks for all.
 *
 * Fails when confirmed failures in a row have reached `consecutive`, at any time; and when, with `minSamples` first attempts, the
 * failed share of them is not below `failuresBelow` (a single failure is not below 0); a sequential gate when there is evidence enough
 * that more than `failuresBelow` fail, at any time and however few samples; one of an objective passes only when attempts enough have shown it. Inconclusive with fewer samples, and where
 * nothing was probed. Retries never make a failed attempt good.
 */
export const assessProbe = (
  name: string,
  gate: ProbeGate,
  tallies: readonly Tally[],
  weigh: WeighEvidence,
): Judgement => {
  const judged = tallies.map((tally) => judge(name, gate, tally, weigh));
  const order: readonly Verdict[] = ['fail', 'inconclusive', 'pass'];
  const worst = judged.toSorted(
    (a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || (b.value ?? 0) - (a.value ?? 0),
  )[0];
  if (worst === undefined) {
    return { gate: name, kind: 'probe', verdict: 'inconclusive', because: `gate ${name}: no target was probed` };
  }
  if (judged.length === 1 || worst.verdict !== 'pass') return worst;
  const { target: _, query: __, ...rest } = worst;
  const all = joined(tallies);
  const because = `gate ${name} on ${judged.length} targets: ${counts(all)}, ${shown(all)}`;
  return { ...rest, because, samples: all.attempts, window: { from: all.from, to: all.to } };
};

const judge = (name: string, gate: ProbeGate, tally: Tally, weigh: WeighEvidence): Judgement => {
  if (gate.mustFail) return assessMustFail(name, gate, tally);
  const { attempts, failedFirst, invalid, run, firstFailure, from, to } = tally;
  const share = attempts === 0 ? 0 : failedFirst / attempts;
  const [verdict, expected, stillNeeded] = conclude(gate, tally, share, weigh);
  const first = firstFailure === undefined ? '' : `, first ${firstFailure.code}: ${firstFailure.because}`;
  const unsound = invalid === 0 ? '' : `; ${invalid} more said nothing and are not counted`;
  const streak = run.longest > 1 ? `, ${run.longest} in a row confirmed` : '';
  const subject = `gate ${name} on ${tally.target}`;
  return {
    gate: name,
    kind: 'probe',
    target: tally.target,
    verdict,
    because: `${subject}: ${counts(tally)}${streak}${first}; ${expected}${unsound}`,
    query: tally.query,
    source: 'prober',
    ...(attempts === 0 ? {} : { value: share }),
    threshold: gate.failuresBelow,
    window: { from, to },
    samples: attempts,
    ...(stillNeeded === undefined ? {} : { stillNeeded }),
  };
};

type Conclusion = readonly [verdict: Verdict, expected: string, stillNeeded?: number | undefined];

const conclude = (gate: ProbeGate, tally: Tally, share: number, weigh: WeighEvidence): Conclusion => {
  const { attempts, failedFirst, run } = tally;
  if (run.longest >= gate.consecutive) return ['fail', `expected fewer than ${gate.consecutive} confirmed in a row`];
  const evidence = weighsEvidence(gate.test)
    ? weigh({ requests: attempts, failures: failedFirst }, gate.failuresBelow, gate.test)
    : undefined;
  if (evidence?.verdict === 'fail') return ['fail', evidence.because];
  if (attempts < gate.minSamples) return ['inconclusive', `expected at least ${gate.minSamples} attempts to judge by`];
  if (evidence !== undefined) return [evidence.verdict, evidence.because, evidence.stillNeeded];
  const bound = gate.failuresBelow === 0 ? 'none to fail' : `a share below ${gate.failuresBelow}`;
  if (failedFirst > 0 && share >= gate.failuresBelow)
    return ['fail', `a share of ${rounded(share)}, expected ${bound}`];
  return ['pass', shown(tally)];
};

type Counts = Pick<Tally, 'attempts' | 'failedFirst' | 'failedConfirmed' | 'from' | 'to'>;

/** Without and with one retry, as clients have it that do not and do try twice. */
const counts = ({ attempts, failedFirst, failedConfirmed, from, to }: Counts): string => {
  const twice = failedFirst === 0 ? '' : `, ${failedConfirmed} when tried again`;
  return `${failedFirst} of ${attempts} first attempts failed in ${((to - from) / 1000).toFixed(1)} s${twice}`;
};

/** What as many clean attempts can show: with 95 % confidence, no more than this share fails (1 - 0.05^(1/n)). */
const shown = ({ attempts, failedFirst }: Pick<Tally, 'attempts' | 'failedFirst'>): string =>
  failedFirst > 0
    ? `a share of ${rounded(failedFirst / attempts)}`
    : `which shows (95 %) a share of at most ${rounded(1 - 0.05 ** (1 / attempts))}`;

const rounded = (share: number): string => String(Number(share.toPrecision(3)));

const joined = (tallies: readonly Tally[]): Counts => ({
  attempts: tallies.reduce((sum, { attempts }) => sum + attempts, 0),
  failedFirst: tallies.reduce((sum, { failedFirst }) => sum + failedFirst, 0),
  failedConfirmed: tallies.reduce((sum, { failedConfirmed }) => sum + failedConfirmed, 0),
  from: Math.min(...tallies.map(({ from }) => from)),
  to: Math.max(...tallies.map(({ to }) => to)),
});
