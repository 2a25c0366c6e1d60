import type { SettleResult } from '../apply/settle-target.ts';
import type { ObjectWarning, Progress, SliceResult } from '../apply/slice.ts';
import type { Digest } from '../blobs/blobs.ts';
import { getJson, putJson } from '../blobs/json.ts';
import { stored, update } from '../ledger/update.ts';
import type { Outside } from '../outside/outside.ts';
import type { InProgress } from '../rollout/outcome.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';

/** How far a deployment is, kept between its steps. Times are epoch milliseconds. */
export interface DeploymentProgress {
  readonly startedAt: number;
  /** When the last slice of applying or pruning ended. */
  readonly workedAt?: number;
  /** Since when restarts wait for their turns: the start, or where work went on after a long hold. */
  readonly turnsSince?: number;
  /** When the last object was applied: from then on it may take so long to settle. */
  readonly appliedAt?: number;
  readonly progress: Progress;
  /** Evidence of what went wrong, a blob. */
  readonly evidence?: string;
  /** What the API server warned of, each once, twenty at most: a row stays small. */
  readonly warnings?: readonly ObjectWarning[];
}

const mostWarnings = 20;

/** As stored: progress has about 150 bytes for each object, which for a large target is more than a row may hold. */
type ProgressRow = Omit<DeploymentProgress, 'progress'> & { readonly progress: Digest };

const keyOf = (ref: DeploymentRef) => ({ partition: deploymentName(ref), sort: 'progress' });

/** The progress so far; of a deployment that was not begun, the beginning, now. */
export const readProgress = async (
  ref: DeploymentRef,
  { ledger, blobs, clock }: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<DeploymentProgress> => {
  const row = await ledger.get(keyOf(ref));
  if (row === undefined) return { startedAt: clock.now(), progress: {} };
  const kept = stored<ProgressRow>(row);
  return { ...kept, progress: await getJson<Progress>(blobs, kept.progress) };
};

/** Keeps progress; what an earlier step kept and this one does not speak of stays. */
const keepProgress = async (
  ref: DeploymentRef,
  kept: DeploymentProgress,
  { ledger, blobs }: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<void> => {
  const progress = await putJson(blobs, kept.progress);
  await update(ledger, keyOf(ref), (row) => ({ ...row?.data, ...kept, progress }));
};

/** What a step of a deployment tells the state machine: never the progress itself, which may be large. */
export type StepAnswer =
  | InProgress
  | { readonly status: 'done' }
  | { readonly status: 'failed' | 'stopped'; readonly because: string };

/** Keeps what a slice of applying or pruning did, and returns what the state machine is told of it. */
export const keepSlice = async (
  ref: DeploymentRef,
  kept: DeploymentProgress,
  slice: SliceResult,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<StepAnswer> => {
  const appliedAt = slice.status === 'done' && kept.appliedAt === undefined ? { appliedAt: outside.clock.now() } : {};
  const found = slice.status === 'failed' ? [...(slice.evidence ?? []), ...slice.objects] : [];
  const evidence = slice.status === 'failed' ? { evidence: await putJson(outside.blobs, found) } : {};
  const warnings = joinWarnings(kept.warnings ?? [], slice.warnings ?? []);
  const also = { ...appliedAt, ...evidence, ...(warnings.length === 0 ? {} : { warnings }) };
  const workedAt = outside.clock.now();
  await keepProgress(ref, { ...kept, ...also, workedAt, progress: slice.progress }, outside);
  if (slice.status === 'done') return { status: 'done' };
  const { because } = slice;
  if (slice.status !== 'in-progress') return { status: slice.status, because };
  return { status: 'in-progress', retryAfterSeconds: Math.max(1, slice.retryAfterSeconds), because };
};

const joinWarnings = (before: readonly ObjectWarning[], more: readonly ObjectWarning[]): readonly ObjectWarning[] => {
  const isNew = ({ id, text }: ObjectWarning) => !before.some((each) => each.id === id && each.text === text);
  return [...before, ...more.filter(isNew)].slice(0, mostWarnings);
};

/** Keeps what settling showed, and returns what the state machine is told of it. */
export const keepSettled = async (
  ref: DeploymentRef,
  kept: DeploymentProgress,
  settled: SettleResult,
  outside: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<StepAnswer> => {
  if (settled.status === 'settled') return { status: 'done' };
  if (settled.status === 'in-progress') return settled;
  await keepProgress(ref, { ...kept, evidence: await putJson(outside.blobs, settled.evidence) }, outside);
  return { status: 'failed', because: settled.because };
};
