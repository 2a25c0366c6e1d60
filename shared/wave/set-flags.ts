import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { recordEvent } from '../ledger/events.ts';
import { type FlagChange, intendFlag, keepFlagStanding, noteFlag, readFlagChanges } from '../ledger/flags.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { advanceWave, keepJudgement, readDeployments, readStop, type WaveRef } from '../ledger/waves.ts';
import { inTurns } from '../outside/in-turns.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { joinWaits } from '../rollout/assess-entry.ts';
import { describeFlag, describeSetting, isSameSetting, type PlannedFlag } from '../rollout/flag.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import type { FlagTools } from './flag-tools.ts';
import { targetsOf } from './gate-tools.ts';
import { flagJudgement, foreign } from './judge-flags.ts';
import type { VerifyTarget } from './judge-wave.ts';
import { endWait, keepWait, waitForProber } from './keep-wait.ts';
import { firstUnserved } from './read-flags.ts';
import { readWaits } from './read-waits.ts';

export type SetFlagsResult = InProgress | { readonly status: 'done' | 'failed' | 'aborted'; readonly because: string };

type Stored = Pick<Outside, 'ledger' | 'blobs' | 'clock'>;

/** Targets read at the same time. */
const concurrency = 16;

/**
 * Sets the flags of a wave's plan, once everything of the wave runs: not before every one of its targets has been read again and has what
 * was deployed, since old code under a new flag is what cost Knight Capital its capital. Each is set only while it is what the plan says it
 * was; another value is somebody else's and is left. What is held is waited for without end, and the prober after it; what does not answer is waited
 * for as long as gates may stay inconclusive, and given up with nothing set. A wave that was stopped waits for nothing.
 * Done when every target serves what was set. May run twice and die anywhere: intent is kept before a write, and what stands is read.
 */
export const setFlags = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  planDigest: Digest,
  tools: FlagTools & { readonly verifyTarget: VerifyTarget },
  outside: Stored,
  { signal }: Pick<Invocation, 'signal'>,
): Promise<SetFlagsResult> => {
  const { ledger, clock, blobs } = outside;
  const plan = await getJson<WavePlan>(blobs, planDigest);
  // Before anything is waited for: what stops a wave may hold it, too, and it must not sit there with what is bad.
  const stopped = await readStop(ledger, ref);
  if (stopped !== undefined) {
    await endWait(ref, outside);
    return { status: 'failed', because: stopped.because };
  }
  const waits = await readWaits(ref, release, wave, plan, outside);
  if (waits.size > 0) return keepWait(ref, joinWaits(`flags of ${ref.wave}`, waits, plan.targets.length), outside);
  const resting = await waitForProber(ref, outside);
  if (resting !== undefined) return resting;
  await endWait(ref, outside);
  const { flagsFrom = clock.now() } = await advanceWave(ledger, ref, { flagsFrom: clock.now() });
  const isLate = clock.now() >= flagsFrom + wave.inconclusiveWithinMs;
  const wait = (because: string): SetFlagsResult =>
    isLate ? { status: 'aborted', because } : { status: 'in-progress', retryAfterSeconds: 5, because };
  // A rollback takes off what is on before its code goes; of an attempt that has set something all was ready.
  const isRollback = (await readRollout(ledger, ref.rollout))?.rollback === true;
  const isSure = isRollback || (await readFlagChanges(ledger, ref)).some(({ setAt }) => setAt !== undefined);
  const changes: FlagChange[] = [];
  for (const flag of plan.flags ?? []) {
    const stop = await readStop(ledger, ref);
    if (stop !== undefined) return { status: 'failed', because: stop.because };
    const unready =
      isSure || changes.length > 0 ? undefined : await unreadyTargets(ref, release, wave, tools, outside, signal);
    if (unready !== undefined) return wait(`flag ${flag.flag} is not set in ${ref.wave}: ${unready}`);
    const set = await setOne(ref, release, flag, isRollback ? 'flag-first' : 'flag', tools, outside, signal);
    if ('unknown' in set) return wait(set.unknown);
    if ('refused' in set) return { status: 'failed', because: set.refused };
    changes.push(set.change);
  }
  return seenEverywhere(ref, release, wave, changes, tools, outside, signal);
};

/** Why the flags must not be set yet: a target that has not the release, or does not run it. */
const unreadyTargets = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  { verifyTarget }: { readonly verifyTarget: VerifyTarget },
  { ledger }: Stored,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const deployed = await readDeployments(ledger, ref);
  const without = wave.targets.filter((target) => deployed.get(target)?.outcome !== 'deployed');
  if (without.length > 0) {
    return `${wave.targets.length - without.length} of ${wave.targets.length} targets have the release, without ${without.slice(0, 5).join(', ')}`;
  }
  const wrong: string[] = [];
  await inTurns(targetsOf(release, wave.targets), concurrency, async (target) => {
    const { verdict, because } = await verifyTarget(target, signal);
    if (verdict !== 'pass') wrong.push(`${target.name}: ${because}`);
  });
  return wrong.sort()[0];
};

const setOne = async (
  ref: WaveRef,
  release: Release,
  flag: PlannedFlag,
  kind: 'flag' | 'flag-first',
  tools: FlagTools,
  { ledger, clock }: Stored,
  signal: AbortSignal,
): Promise<{ readonly change: FlagChange } | { readonly unknown: string } | { readonly refused: string }> => {
  const at = { ...flag, wave: ref.wave };
  const read = await tools.readFlag(release, at, signal);
  if (read.status === 'unreachable') return { unknown: `flag ${flag.flag}: ${read.because}` };
  if (read.status === 'refused') return { refused: `flag ${flag.flag}: ${read.because}` };
  const isSet = isSameSetting(read.setting, flag.to);
  const before = (await readFlagChanges(ledger, ref)).find((each) => each.flag === flag.flag);
  // What was set once and is not any more somebody has taken back, by hand: a kill switch.
  if (!isSet && (before?.setAt !== undefined || !isSameSetting(read.setting, flag.from))) {
    const refused = `${foreign(ref, flag.flag)} ${describeSetting(read.setting)}, planned ${describeFlag(flag)}; not overwritten`;
    await keepJudgement(ledger, ref, 'after', clock.now(), flagJudgement(flag, 'fail', refused));
    return { refused };
  }
  const change = await intendFlag(ledger, ref, flag, clock.now());
  if (change.backAt !== undefined)
    return { refused: `flag ${flag.flag} was taken back in ${ref.wave} by this rollout` };
  if (!isSet) {
    const written = await tools.writeFlag(release, at, flag.to, read.version, signal);
    // Whatever is unknown of a write is told by the next reading.
    if (written.status !== 'written') {
      const because = `flag ${flag.flag}: ${written.because}`;
      return written.status === 'refused' ? { refused: because } : { unknown: because };
    }
  }
  const now = clock.now();
  await noteFlag(ledger, ref, flag.flag, { setAt: now });
  await keepFlagStanding(ledger, ref, flag, flag.to, now);
  await recordEvent(ledger, ref.rollout, `flag ${ref.wave} ${flag.flag} set`, {
    at: now,
    kind,
    wave: ref.wave,
    text: `flag ${describeFlag(flag)} in ${ref.wave}`,
    details: flag,
  });
  return { change: { ...change, setAt: change.setAt ?? now } };
};

/** Waits until every target serves what was set; a target that does not within its time fails the wave. */
const seenEverywhere = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  changes: readonly FlagChange[],
  tools: FlagTools,
  { ledger, clock }: Stored,
  signal: AbortSignal,
): Promise<SetFlagsResult> => {
  const unseen = changes
    .filter(({ seenAt }) => seenAt === undefined)
    .map((change) => ({ flag: { ...change, wave: ref.wave }, wanted: change.to }));
  const found = await firstUnserved(unseen, targetsOf(release, wave.targets), () => true, release, tools, signal);
  if (found !== undefined) {
    const { store, setAt = 0, to } = found.of.flag;
    const within = release.flagStores?.[store]?.seenWithinMs ?? 0;
    const { because } = found.served;
    if (clock.now() >= setAt + within) {
      return { status: 'failed', because: `${because} ${within / 1000} s after it was set to ${describeSetting(to)}` };
    }
    const waits = `${because}; waits until it is ${describeSetting(to)}`;
    return { status: 'in-progress', retryAfterSeconds: 2, because: waits };
  }
  for (const { flag } of unseen) await noteFlag(ledger, ref, flag.flag, { seenAt: clock.now() });
  await advanceWave(ledger, ref, { flagsSeenAt: clock.now() });
  return { status: 'done', because: `${changes.length} flags are set in ${ref.wave}` };
};
