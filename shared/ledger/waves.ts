import type { Digest } from '../blobs/blobs.ts';
import type { DeploymentResult } from '../rollout/outcome.ts';
import type { Direction } from '../rollout/plan.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Ledger, Write } from './ledger.ts';
import { queryAll, stored, update } from './update.ts';

/** One wave of one rollout in one direction: what the execution of `wave` is given. */
export interface WaveRef {
  readonly rollout: string;
  readonly release: Digest;
  readonly wave: string;
  readonly direction: Direction;
}

/** How far a wave is. Times are epoch milliseconds; each is set once. */
export interface WaveProgress {
  readonly plan?: Digest;
  readonly plannedAt?: number;
  /** Since when its health before is measured. */
  readonly enteredAt?: number;
  /** The same after an approval. */
  readonly reenteredAt?: number;
  /** Longer than the wave's own soak, and for what: the plan touches what all of a cluster stands on. */
  readonly longSoak?: { readonly ms: number; readonly because: string };
  readonly deployingAt?: number;
  /** Since when it is asked what its flags are, where that was not known. */
  readonly flagsAskedAt?: number;
  /** Since when its flags are to be set, with nothing that holds that, and when every target was known to serve them. */
  readonly flagsFrom?: number;
  readonly flagsSeenAt?: number;
  /** Since when its flags are to be taken back, since when with nothing that holds that, and when all were. */
  readonly flagsBackFrom?: number;
  readonly flagsTriedFrom?: number;
  readonly flagsOffAt?: number;
  /** What is waited for before a target may be entered. Absent while nothing is. */
  readonly waiting?: Waiting;
  /** The prober looks again then: a wave that has waited for long is not probed all the time. Nothing is begun in it before. */
  readonly probingRestsUntil?: number;
  /** Since when the exit gates are judged. */
  readonly judgingAt?: number;
  /** The prober ends when it reads this. */
  readonly closedAt?: number;
  readonly outcome?: string;
  readonly because?: string;
  /** Since when it can not be planned, as more of its targets can not be reached than it may lose. */
  readonly unreachableFrom?: number;
  /** Of a way back: how often it was begun again, for targets that could not be reached. */
  readonly again?: number;
}

/** What a wave waits for, since when, and until when where that is known. */
export interface Waiting {
  readonly because: string;
  readonly since: number;
  readonly until?: number;
}

/** A deployment's result with its times. */
export interface DeploymentRecord extends DeploymentResult {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Nothing more is written in this wave; who set it, and why. */
export interface Stop {
  readonly because: string;
  readonly at: number;
  /** Where it was found. */
  readonly target?: string;
  /** What found it. Absent where people stop it. */
  readonly judged?: Pick<Judgement, 'gate' | 'kind' | 'source'>;
  /** What the rollout has written stays: it ends where it is, and nothing goes back. */
  readonly keeps?: true;
}

const nameOf = (ref: WaveRef) => `${ref.wave}#${ref.direction}`;
const partitionOf = (ref: WaveRef) => `rollout#${ref.rollout}`;
const progressKey = (ref: WaveRef) => ({ partition: partitionOf(ref), sort: `wave#${nameOf(ref)}` });
const stopKey = (ref: WaveRef) => ({ partition: partitionOf(ref), sort: `stop#${nameOf(ref)}` });

export const readWave = async (ledger: Ledger, ref: WaveRef): Promise<WaveProgress> =>
  ((await ledger.get(progressKey(ref)))?.data as WaveProgress | undefined) ?? {};

/** Adds to a wave's progress. What is set already stays: the first time a step ran is the time that counts. */
export const advanceWave = async (ledger: Ledger, ref: WaveRef, step: WaveProgress): Promise<WaveProgress> => {
  const row = await update(ledger, progressKey(ref), (current) => ({ ...step, ...current?.data }));
  return (row?.data as WaveProgress | undefined) ?? step;
};

/** Keeps the plan of a wave. A wave that is planned again, as after a death, has the later one. */
export const keepPlan = async (
  ledger: Ledger,
  ref: WaveRef,
  {
    longSoak,
    ...kept
  }: { readonly plan: Digest; readonly plannedAt: number; readonly longSoak: WaveProgress['longSoak'] },
): Promise<void> => {
  await update(ledger, progressKey(ref), (current) => {
    const { longSoak: _, ...before } = current?.data ?? {};
    return { ...before, ...kept, ...(longSoak === undefined ? {} : { longSoak }) };
  });
};

/**
 * Keeps what a wave waits for, or that it waits no more; waiting goes on under its first time whatever the reasons. Its health before is
 * measured anew afterwards, for as long as it may, and its flags are tried for as long as they may.
 */
export const keepWaiting = async <Kept extends Waiting | undefined>(
  ledger: Ledger,
  ref: WaveRef,
  waiting: Kept,
): Promise<Kept> => {
  const row = await update(ledger, progressKey(ref), (current) => {
    const { waiting: before, ...rest } = (current?.data ?? {}) as WaveProgress;
    if (waiting === undefined) return before === undefined ? undefined : rest;
    const { enteredAt: _, reenteredAt: __, flagsFrom: ___, flagsTriedFrom: ____, ...others } = rest;
    return { ...others, waiting: { ...waiting, since: before?.since ?? waiting.since } };
  });
  return (waiting === undefined ? undefined : (row?.data.waiting as Kept)) as Kept;
};

/** The prober of a wave rests until then; of several invocations side by side the one that rests longest counts. */
export const restProber = async (ledger: Ledger, ref: WaveRef, until: number): Promise<void> => {
  await update(ledger, progressKey(ref), (current) => {
    const known = current?.data.probingRestsUntil;
    return { ...current?.data, probingRestsUntil: Math.max(until, typeof known === 'number' ? known : 0) };
  });
};

/** Sets the stop flag; the first reason stays. */
export const stopWave = async (ledger: Ledger, ref: WaveRef, stop: Stop): Promise<void> => {
  await ledger.put(stopWrite(ref, stop));
};

/** The row of a stop flag, for a transaction. */
export const stopWrite = (ref: WaveRef, stop: Stop): Write => ({
  ...stopKey(ref),
  data: { ...stop },
  expect: 'absent',
});

/** Read before each write. */
export const readStop = async (ledger: Ledger, ref: WaveRef): Promise<Stop | undefined> =>
  (await ledger.get(stopKey(ref)))?.data as Stop | undefined;

/** Keeps how a deployment ended; the first end counts, so a late duplicate changes nothing. */
export const recordDeployment = async (ledger: Ledger, ref: WaveRef, record: DeploymentRecord): Promise<void> => {
  const sort = `result#${nameOf(ref)}#${record.target}`;
  await ledger.put({ partition: partitionOf(ref), sort, data: { ...record }, expect: 'absent' });
};

/** Whether a deployment's end was recorded. */
export const isDeploymentRecorded = async (ledger: Ledger, ref: WaveRef, target: string): Promise<boolean> =>
  (await ledger.get({ partition: partitionOf(ref), sort: `result#${nameOf(ref)}#${target}` })) !== undefined;

/**
 * Begins the way back of a wave again, where it has ended: nothing of it is known any more, nor of how it ended for these targets. Twice is
 * as once.
 */
export const beginAgain = async (ledger: Ledger, ref: WaveRef, targets: readonly string[]): Promise<void> => {
  if ((await readWave(ledger, ref)).closedAt === undefined) return;
  const partition = partitionOf(ref);
  const sorts = targets.flatMap((target) => [`result#${nameOf(ref)}#${target}`, `handed#${nameOf(ref)}#${target}`]);
  for (const sort of sorts) {
    const row = await ledger.get({ partition, sort });
    if (row !== undefined) await ledger.remove({ partition, sort, expect: row.version });
  }
  await update(ledger, progressKey(ref), (current) => ({ again: Number(current?.data.again ?? 0) + 1 }));
};

/** How the deployments of a wave ended so far, by target. */
export const readDeployments = async (ledger: Ledger, ref: WaveRef): Promise<ReadonlyMap<string, DeploymentRecord>> => {
  const rows = await queryAll(ledger, partitionOf(ref), `result#${nameOf(ref)}#`);
  return new Map(rows.map((row) => [String(row.data.target), stored<DeploymentRecord>(row)]));
};

/** The moment of a wave at which its gates are judged. */
export type Moment = 'before' | 'during' | 'after';

/** Keeps the latest judgement of a gate at a moment of a wave. */
export const keepJudgement = async (
  ledger: Ledger,
  ref: WaveRef,
  moment: Moment,
  at: number,
  judgement: Judgement,
): Promise<void> => {
  const sort = `verdict#${nameOf(ref)}#${moment}#${judgement.gate}#${judgement.target ?? ''}`;
  await update(ledger, { partition: partitionOf(ref), sort }, () => ({ moment, at, ...judgement }));
};

/** A judgement as it was kept. */
export interface KeptJudgement extends Judgement {
  readonly moment: Moment;
  readonly at: number;
}

export const readJudgements = async (ledger: Ledger, ref: WaveRef): Promise<readonly KeptJudgement[]> => {
  const rows = await queryAll(ledger, partitionOf(ref), `verdict#${nameOf(ref)}#`);
  return rows.map((row) => stored<KeptJudgement>(row));
};
