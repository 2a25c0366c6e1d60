import { describeMissing } from '../../shared/approval/count-votes.ts';
import type { Rollout } from '../../shared/ledger/rollouts.ts';
import type { Waiting } from '../../shared/ledger/waves.ts';
import { gateSentence } from '../../shared/rollout/next-soak.ts';
import type { RolloutRows, WaveRows } from '../rows/rollout-rows.ts';
import type { WaveView } from './rollout.ts';
import { isUnderWay } from './wave-status.ts';

/** Where a rollout is and why it is not further: *waiting for X since T, gives up at T2, who can act*. */
export interface Situation {
  readonly kind: 'moving' | 'waiting' | 'waits-for-people' | 'going-back' | 'ended';
  /** One sentence; times are beside it. */
  readonly sentence: string;
  /** The wave it speaks of. */
  readonly wave?: string;
  readonly since?: number;
  /** When the wait ends, one way or the other. */
  readonly until?: number;
  readonly thenGivesUp?: boolean;
  /** Who can act, where somebody can. */
  readonly who?: string;
  /** The approval that is waited for. */
  readonly approval?: string;
}

/** How the end of a rollout is said. */
const endWords: Readonly<Record<NonNullable<Rollout['end']>['outcome'], string>> = {
  succeeded: 'Succeeded',
  partial: 'Partly succeeded',
  failed: 'Failed',
  rolled_back: 'Rolled back',
  aborted: 'Aborted',
  refused: 'Refused',
  superseded: 'Superseded',
};

/** The one sentence about a rollout. Pure. */
export const situationOf = (rows: RolloutRows, views: readonly WaveView[], now: number): Situation => {
  const { rollout } = rows;
  if (rollout.end !== undefined) {
    const { outcome, because, at } = rollout.end;
    return { kind: 'ended', sentence: `${endWords[outcome]}: ${because}`, since: at };
  }
  if (rows.release === undefined) {
    const sentence = `Reads the config at ${rollout.commit.slice(0, 7)} and renders every target`;
    return { kind: 'moving', sentence, since: rollout.startedAt };
  }
  const at = views.findIndex(({ status }) => status === 'going-back');
  const [back, backRows] = [views[at], rows.waves[at]];
  if (back !== undefined && backRows !== undefined) return goingBack(back, backRows);
  const current = views.findIndex(({ status }) => isUnderWay(status));
  const [view, wave] = [views[current], rows.waves[current]];
  if (view !== undefined && wave !== undefined) return underWay(rollout.rollout, wave, view, now);
  const left = views.findLast(({ status }) => ['back', 'failed', 'aborted', 'refused'].includes(status));
  if (left !== undefined) return afterFailure(left);
  const next = views.find(({ status }) => status === 'not-started');
  return next === undefined
    ? { kind: 'moving', sentence: 'Every wave is through; the rollout is being concluded' }
    : {
        kind: 'moving',
        sentence: views.some(({ status }) => status === 'passed')
          ? `Enters wave ${next.wave}`
          : 'Plans the whole fleet once, before anything is touched',
        wave: next.wave,
      };
};

/** Between the waves of a way back, and after the last of them. */
const afterFailure = ({ wave, status, because, endedAt }: WaveView): Situation => {
  const why = because ?? 'no reason was recorded';
  const sentence =
    status === 'back'
      ? `Wave ${wave} is back; what else was changed goes back, then the rollout ends`
      : `Wave ${wave} ${status}: ${why}; what was changed goes back`;
  return { kind: 'going-back', sentence, wave, ...since(endedAt) };
};

const since = (at: number | undefined) => (at === undefined ? {} : { since: at });

const goingBack = (view: WaveView, { forward, back }: WaveRows): Situation => {
  const because = forward.progress.because ?? forward.stop?.because;
  const why = because === undefined ? '' : `, because ${because}`;
  return {
    kind: 'going-back',
    sentence: `Rolls back ${view.wave}: ${view.done} of ${view.total} targets are back${why}`,
    wave: view.wave,
    ...since(back.progress.plannedAt),
  };
};

const underWay = (rollout: string, rows: WaveRows, view: WaveView, now: number): Situation => {
  const { wave, forward, holder, approval } = rows;
  const { progress } = forward;
  const about = { wave: wave.name };
  switch (view.status) {
    case 'queued': {
      const mine = rows.queue.find((each) => each.rollout === rollout);
      const sentence = `Waits for wave ${wave.name}, which rollout ${holder?.rollout ?? '(none)'} holds`;
      return { ...about, kind: 'waiting', sentence, ...since(mine?.since) };
    }
    case 'planning':
      return { ...about, kind: 'moving', sentence: `Plans ${wave.name} against what is live`, ...since(holder?.since) };
    case 'waiting-for-approval': {
      if (approval === undefined) break;
      const more = approval.votes.length === 0 ? '' : ` (${approval.votes.map(({ by }) => by).join(', ')} said yes)`;
      return {
        ...about,
        kind: 'waits-for-people',
        sentence: `Waits for ${describeMissing(approval)}${more}`,
        since: approval.askedAt,
        until: approval.expiresAt,
        thenGivesUp: true,
        who: notBy([...new Set([...approval.roles, ...(approval.deletes?.roles ?? [])])], approval.authors),
        approval: approval.approval,
      };
    }
    case 'checking':
      return checking(rows);
    case 'waiting-to-enter':
      if (progress.waiting === undefined) break;
      return waitingToEnter(wave.name, progress.waiting);
    case 'deploying': {
      if (progress.waiting !== undefined && forward.stop === undefined) {
        return waitingToEnter(wave.name, progress.waiting);
      }
      const now = view.batches.flat().filter(({ status }) => status === 'deploying');
      const on =
        now.length === 0
          ? ''
          : `, now ${now
              .slice(0, 3)
              .map(({ target }) => target)
              .join(', ')}${now.length > 3 ? ` and ${now.length - 3} more` : ''}`;
      const sentence =
        forward.stop === undefined
          ? `Deploys ${wave.name}: ${view.done} of ${view.total} targets have the release${on}`
          : `Stops ${wave.name}: ${forward.stop.because}`;
      return { ...about, kind: 'moving', sentence, ...since(progress.deployingAt) };
    }
    case 'taking-flags-back': {
      const on = view.flags.filter(({ state }) => state === 'set' || state === 'seen').map(({ flag }) => flag);
      const sentence =
        on.length === 0
          ? `Measures whether taking the flags of ${wave.name} back has cured it`
          : `Takes flags of ${wave.name} back before any code: ${on.join(', ')}`;
      return { ...about, kind: 'going-back', sentence, ...since(progress.flagsBackFrom) };
    }
    default:
      break;
  }
  return soaking(rows, view, now);
};

const waitingToEnter = (wave: string, { because, since, until }: Waiting): Situation => ({
  kind: 'waiting',
  sentence: `Waits: ${because}`,
  wave,
  since,
  ...(until === undefined ? {} : { until }),
});

const notBy = (roles: readonly string[], authors: readonly string[]): string =>
  authors.length === 0 ? roles.join(', ') : `${roles.join(', ')}, but not ${authors.join(', ')}`;

const checking = ({ wave, forward: { progress, judgements } }: WaveRows): Situation => {
  const open = judgements.find(
    (each) => each.moment === 'before' && each.verdict !== 'pass' && each.effect !== 'report',
  );
  if (open === undefined) {
    const sentence = `Measures the health of ${wave.name} before anything is changed`;
    return { kind: 'moving', sentence, wave: wave.name, ...since(progress.enteredAt ?? progress.plannedAt) };
  }
  return {
    kind: 'waiting',
    sentence: `Waits before ${wave.name}: ${gateSentence(open)}`,
    wave: wave.name,
    ...since(progress.enteredAt),
    ...(progress.enteredAt === undefined ? {} : { until: progress.enteredAt + wave.inconclusiveWithinMs }),
    thenGivesUp: true,
  };
};

const soaking = ({ wave, forward: { progress, judgements } }: WaveRows, view: WaveView, now: number): Situation => {
  const ends = view.soakEndsAt ?? 0;
  if (now < ends) {
    const sentence = `Soaks ${wave.name}: ${view.done} of ${view.total} targets must run well`;
    return { kind: 'moving', sentence, wave: wave.name, ...since(progress.judgingAt), until: ends };
  }
  const open = judgements.find((each) => each.moment !== 'before' && each.verdict !== 'pass');
  if (open === undefined) {
    return { kind: 'moving', sentence: `Judges the exit gates of ${wave.name}`, wave: wave.name, since: ends };
  }
  const sentence = `Waits after the soak of ${wave.name}: ${gateSentence(open)}`;
  const until = ends + wave.inconclusiveWithinMs;
  return { kind: 'waiting', sentence, wave: wave.name, since: ends, until, thenGivesUp: true };
};
