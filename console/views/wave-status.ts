import type { WaveRows } from '../rows/rollout-rows.ts';

/** What a wave of one rollout is at, in one word. */
export type WaveStatus =
  | 'not-started'
  /** Another rollout holds the wave. */
  | 'queued'
  | 'planning'
  /** Its targets' health before anything is written. */
  | 'checking'
  | 'waiting-for-approval'
  /** None of its targets may be entered now. */
  | 'waiting-to-enter'
  | 'deploying'
  | 'soaking'
  | 'passed'
  | 'failed'
  | 'aborted'
  | 'refused'
  | 'superseded'
  /** Its flags go back, and then it is measured whether that cured it. */
  | 'taking-flags-back'
  /** Its flags are back, or somebody else's, and its code stays. */
  | 'held'
  /** A flag could not be taken back, so that its code stays. */
  | 'stuck'
  | 'going-back'
  | 'back';

const ends = ['passed', 'failed', 'aborted', 'refused', 'superseded', 'held', 'stuck'] as const;

/** What a wave is at, from what the ledger holds of it. Once the way back has something to do, it counts before the way forward. Pure. */
export const waveStatus = (rollout: string, rows: WaveRows): WaveStatus => {
  const { forward, back, holder, queue, approval } = rows;
  if (back.plan !== undefined || (back.progress.outcome !== undefined && back.progress.outcome !== 'passed')) {
    if (back.progress.outcome === undefined) return 'going-back';
    return back.progress.outcome === 'passed' ? 'back' : 'failed';
  }
  const { progress } = forward;
  if (progress.outcome !== undefined) return ends.find((end) => end === progress.outcome) ?? 'failed';
  if (progress.flagsBackFrom !== undefined) return 'taking-flags-back';
  if (progress.judgingAt !== undefined) return 'soaking';
  if (progress.deployingAt !== undefined) return 'deploying';
  if (progress.waiting !== undefined) return 'waiting-to-enter';
  if (approval !== undefined && approval.decision === undefined) return 'waiting-for-approval';
  if (progress.plannedAt !== undefined) return 'checking';
  if (queue.some((each) => each.rollout === rollout)) return 'queued';
  return holder?.rollout === rollout ? 'planning' : 'not-started';
};

/** Whether something is under way in the wave, or waits to be. */
export const isUnderWay = (status: WaveStatus): boolean =>
  [
    'queued',
    'planning',
    'checking',
    'waiting-for-approval',
    'waiting-to-enter',
    'deploying',
    'soaking',
    'taking-flags-back',
    'going-back',
  ].includes(status);
