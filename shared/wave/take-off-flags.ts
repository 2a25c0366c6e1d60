import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import type { Served } from '../flags/read-served.ts';
import { isRecorded, recordEvent } from '../ledger/events.ts';
import { type FlagChange, keepFlagStanding, noteFlag, readFlagChanges } from '../ledger/flags.ts';
import { advanceWave, readJudgements, readStop, type WaveRef } from '../ledger/waves.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { joinWaits, secondsToLook } from '../rollout/assess-entry.ts';
import { describeSetting } from '../rollout/flag.ts';
import { nextFlagBack } from '../rollout/next-flag-back.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import type { Ended } from './ended.ts';
import type { FlagTools } from './flag-tools.ts';
import { targetsOf } from './gate-tools.ts';
import { foreign } from './judge-flags.ts';
import { endWait, keepWait } from './keep-wait.ts';
import { type Cure, type CureTools, measureCure } from './measure-cure.ts';
import { notAskedAgain } from './not-asked-again.ts';
import { firstUnserved } from './read-flags.ts';
import { readWaits } from './read-waits.ts';
import type { Where } from './wave-regions.ts';

/**
 * `back`: the way back of the wave goes on with its targets; `passed`: there are none. `held`: the flags were to blame, or are somebody
 * else's now, and the code stays. `stuck`: a flag could not be taken back, so that the code must not be either. Else the status that was
 * given, with what the flags had to do with it.
 */
export type TakeOffResult = InProgress | { readonly status: string; readonly because: string };

export type TakeOffTools = FlagTools &
  CureTools & {
    /** Tells people, once for each key. */
    tell(key: string, text: string): Promise<void>;
  };

type Stored = Pick<Outside, 'ledger' | 'blobs' | 'clock'> & {
  readonly settings: Where;
};

/** A store of flags that does not answer is asked so long. The code stays meanwhile: old code must not run under a new flag. */
const triedMs = 24 * 3_600_000;

/**
 * Takes the flags of a wave back to what they were before this rollout, the last first, and before any of its code: on its way back, and when
 * it has failed; where somebody holds the rollout they stay as they are, as its code does. Then, where it has failed, measures its gates again
 * over two windows: if they pass, the flags were to blame and the code stays. A store that does not answer is asked again for a day, and people are told at the first time. Nothing is taken back that this
 * rollout did not set; what somebody else changed since is overwritten only where the wave is ill, and that is said. Twice is as once.
 */
export const takeOffFlags = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  planDigest: Digest,
  ended: Ended,
  tools: TakeOffTools,
  outside: Stored,
  { signal }: Pick<Invocation, 'signal'>,
): Promise<TakeOffResult> => {
  const { ledger, clock, blobs } = outside;
  const changes = await readFlagChanges(ledger, ref);
  const goesBack = ref.direction === 'back';
  // Most waves have no flags to take back, and forward nothing else is asked of the plan.
  if (changes.length === 0 && !goesBack) return { ...ended };
  const plan = await getJson<WavePlan>(blobs, planDigest);
  const onward = (because: string): TakeOffResult =>
    goesBack ? { status: plan.targets.length === 0 ? 'passed' : 'back', because } : { ...ended, because };
  if (changes.length === 0) return onward(ended.because);
  const stop = goesBack ? undefined : await readStop(ledger, ref);
  if (stop?.keeps) {
    await endWait(ref, outside);
    return { status: 'held', because: `${stop.because}; ${standingOf(changes)}` };
  }
  await advanceWave(ledger, ref, { flagsBackFrom: clock.now() });
  const waits = await readWaits({ ...ref, direction: 'back' }, release, wave, plan, outside);
  if (waits.size > 0) return keepWait(ref, joinWaits(`flags of ${ref.wave}`, waits, plan.targets.length), outside);
  await endWait(ref, outside);
  const { flagsTriedFrom = clock.now() } = await advanceWave(ledger, ref, { flagsTriedFrom: clock.now() });
  const ill = goesBack || (await isIll(ref, ended, outside));
  for (const change of changes.toReversed()) {
    if (change.backAt !== undefined) continue;
    const taken = await takeBack(ref, release, change, ill, tools, outside, signal);
    if (taken === 'back') continue;
    if ('left' in taken) return { status: 'held', because: `${ended.because}; ${taken.left}` };
    const trouble = `flag ${change.flag} could not be taken back to ${describeSetting(change.from)} in ${ref.wave}: ${taken.because}`;
    const now = clock.now();
    const advice = `its safe value is ${describeSetting({ value: release.flags?.[change.flag]?.off ?? false })}; set it by hand in store ${change.store}`;
    await tools.tell(`flag ${ref.rollout} ${ref.wave} ${change.flag}`, `${trouble}; ${advice}`);
    await recordTrouble(ref, `${trouble}; ${advice}`, outside);
    if (taken.isFinal || now >= flagsTriedFrom + triedMs) {
      return {
        status: 'stuck',
        because: `${ended.because}; ${trouble}; the code stays, since what was before it must not run under that flag; ${advice}`,
      };
    }
    return {
      status: 'in-progress',
      retryAfterSeconds: secondsToLook(now, flagsTriedFrom, undefined),
      because: trouble,
    };
  }
  const unseen = await stillServed(release, changes, wave, flagsTriedFrom, tools, outside, signal);
  if (unseen !== undefined) return unseen;
  const { flagsOffAt = clock.now() } = await advanceWave(ledger, ref, { flagsOffAt: clock.now() });
  const named = changes.map(({ flag, from }) => `${flag} back to ${describeSetting(from)}`).join(', ');
  if (goesBack) return onward(`flags taken back first: ${named}`);
  if (await isRecorded(ledger, ref.rollout, 'abort'))
    return onward(`${ended.because}; flags taken back first: ${named}`);
  const unasked = await notAskedAgain(ref, release, wave, ended, outside);
  const cure: Cure =
    unasked === undefined
      ? await measureCure(ref, release, wave, plan, flagsOffAt, tools, outside, signal)
      : { status: 'not-cured', because: unasked };
  if (cure.status === 'in-progress') return { ...cure, because: `flags taken back first: ${named}; ${cure.because}` };
  return concluded(ref, ended, named, cure, outside);
};

/** How the flags of a wave stay that somebody holds. */
const standingOf = (changes: readonly FlagChange[]): string => {
  const named = changes.map(({ flag, from, to, setAt, backAt }) => {
    const [certain, setting] = backAt === undefined ? [setAt !== undefined, to] : [true, from];
    return `${flag} ${certain ? 'stays' : 'may be'} ${describeSetting(setting)}`;
  });
  return `its flags are left: ${named.join(', ')}`;
};

const concluded = async (
  ref: WaveRef,
  ended: Ended,
  named: string,
  cure: Exclude<Cure, InProgress>,
  { ledger, clock }: Stored,
): Promise<TakeOffResult> => {
  const isCured = cure.status === 'cured';
  const because = isCured
    ? `${ended.because}; cured by the flags: ${named}, and ${cure.because}; the code stays`
    : `${ended.because}; not cured by the flags, taken back first (${named}): ${cure.because}; so the code goes back too`;
  await recordEvent(ledger, ref.rollout, `flags ${ref.wave} measured`, {
    at: clock.now(),
    kind: 'flag',
    wave: ref.wave,
    text: because,
    details: { isCured },
  });
  return isCured ? { status: 'held', because } : { ...ended, because };
};

/** Whether anything but the flags themselves is wrong. */
const isIll = async (ref: WaveRef, ended: Ended, { ledger }: Stored): Promise<boolean> => {
  if ((await readStop(ledger, ref)) !== undefined) return true;
  const judged = (await readJudgements(ledger, ref)).filter(
    ({ moment, effect }) => moment !== 'before' && effect === undefined,
  );
  const flags = judged.filter(({ kind, verdict }) => kind === 'flag' && verdict === 'fail');
  const others = judged.filter(({ kind, verdict }) => kind !== 'flag' && verdict === 'fail');
  return others.length > 0 || flags.length === 0 || ended.status === 'aborted';
};

type Taken = 'back' | { readonly left: string } | { readonly because: string; readonly isFinal: boolean };

const takeBack = async (
  ref: WaveRef,
  release: Release,
  change: FlagChange,
  ill: boolean,
  tools: FlagTools,
  { ledger, clock }: Stored,
  signal: AbortSignal,
): Promise<Taken> => {
  const at = change;
  const read = await tools.readFlag(release, at, signal);
  if (read.status !== 'read') return { because: read.because, isFinal: read.status === 'refused' };
  const next = nextFlagBack({ before: change.from, set: change.to, now: read.setting, isIll: ill });
  const found = `${foreign(ref, change.flag)} ${describeSetting(read.setting)}`;
  if (next === 'leave') return { left: `${found}; not overwritten, and the code stays` };
  if (next !== 'back') {
    const written = await tools.writeFlag(release, at, change.from, read.version, signal);
    if (written.status !== 'written') return { because: written.because, isFinal: written.status === 'refused' };
  }
  const now = clock.now();
  await noteFlag(ledger, ref, change.flag, { backAt: now });
  await keepFlagStanding(ledger, ref, change, change.from, now);
  const how = { back: ' already', write: '', overwrite: `; overwritten, as the wave is ill: ${found}` }[next];
  await recordEvent(ledger, ref.rollout, `flag ${ref.wave} ${change.flag} back`, {
    at: now,
    kind: ref.direction === 'back' ? 'flag-first' : 'flag',
    wave: ref.wave,
    text: `flag ${change.flag} is back to ${describeSetting(change.from)} in ${ref.wave}${how}`,
    details: change,
  });
  return 'back';
};

/** Waits until every target serves what was before, for as long as that may take; what is measured then says the rest. */
const stillServed = async (
  release: Release,
  changes: readonly FlagChange[],
  wave: Wave,
  since: number,
  tools: FlagTools,
  { clock }: Stored,
  signal: AbortSignal,
): Promise<InProgress | undefined> => {
  const within = ({ store }: FlagChange) => release.flagStores?.[store]?.seenWithinMs ?? 0;
  const asked = changes
    .filter((change) => clock.now() < since + within(change))
    .map((flag) => ({ flag, wanted: flag.from }));
  // Of what does not answer nothing more can be waited for.
  const isOther = ({ status }: Served) => status === 'other';
  const found = await firstUnserved(asked, targetsOf(release, wave.targets), isOther, release, tools, signal);
  return found && { status: 'in-progress', retryAfterSeconds: 2, because: found.served.because };
};

const recordTrouble = async (ref: WaveRef, text: string, { ledger, clock }: Stored): Promise<void> => {
  await recordEvent(ledger, ref.rollout, `flag trouble ${ref.wave} ${ref.direction} ${text}`, {
    at: clock.now(),
    kind: 'flag',
    wave: ref.wave,
    text,
  });
};
