import type { Retrier, State } from './definition.ts';
import type { Draft } from './draft.ts';
import { answers, type FailureDetail } from './failure.ts';
import { leave } from './flow.ts';
import type { EngineRandom } from './given.ts';

/** Seconds to wait before retry number `attempt` (from 0): growing by BackoffRate, capped, then jittered over all of it. */
export const retryDelay = (retrier: Retrier, attempt: number, random: EngineRandom): number => {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY, JitterStrategy } = retrier;
  const delay = Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** attempt);
  return JitterStrategy === 'FULL' ? delay * random.fraction() : delay;
};

/** The first retrier that answers the failure, with the retries it has used; undefined when it has none left. */
export const nextRetry = (
  retriers: readonly Retrier[],
  used: readonly number[],
  detail: FailureDetail,
): { readonly retrier: Retrier; readonly index: number; readonly used: number } | undefined => {
  const index = retriers.findIndex((retrier) => answers(retrier.ErrorEquals, detail));
  const retrier = retriers[index];
  const count = used[index] ?? 0;
  return retrier && count < (retrier.MaxAttempts ?? 3) ? { retrier, index, used: count } : undefined;
};

const recovering = (state: State) =>
  state.Type === 'Task' || state.Type === 'Parallel' || state.Type === 'Map'
    ? { retriers: state.Retry ?? [], catchers: state.Catch ?? [] }
    : { retriers: [], catchers: [] };

/**
 * The failure as the history tells it: one of evaluating a field gets its event, and its cause says in which state.
 */
export const told = (draft: Draft, id: number, failure: FailureDetail): FailureDetail => {
  if (!failure.evaluation) return failure;
  const { state, entered } = draft.frame(id);
  const cause = `An error occurred while executing the state '${state}' (entered at the event id #${entered?.event ?? 0}). ${failure.cause}`;
  draft.event(id, 'EvaluationFailed', {
    evaluationFailedEventDetails: { error: failure.error ?? '', cause, ...failure.evaluation, state },
  });
  return { error: failure.error, cause };
};

/**
 * Answers the failure of the frame's state by its own Retry, then its Catch. Returns undefined when it was answered, else the
 * failure as the scope around sees it. What the state had going on is stopped in any case. An expression of the catcher may
 * itself fail: that `StateFailure` is thrown and not answered by this state.
 */
export const recover = async (draft: Draft, id: number, failure: FailureDetail): Promise<FailureDetail | undefined> => {
  const frame = draft.frame(id);
  const state = draft.stateOf(frame);
  const detail = told(draft, id, failure);
  const { error, cause } = detail;
  if (state.Type === 'Map' || state.Type === 'Parallel') draft.event(id, `${state.Type}StateFailed`);
  draft.abandon(id, 'closed');
  draft.update(id, { doing: { kind: 'ready' } });

  const { retriers, catchers } = recovering(state);
  const retry = nextRetry(retriers, frame.retries, detail);
  if (retry) {
    const delay = retryDelay(retry.retrier, retry.used, draft.given.random);
    draft.update(id, {
      retries: retriers.map((_, at) => (frame.retries[at] ?? 0) + (at === retry.index ? 1 : 0)),
      retryCount: frame.retryCount + 1,
      doing: { kind: 'retrying', until: draft.given.now + Math.round(delay * 1000) },
    });
    return undefined;
  }
  const caught = catchers.findIndex((catcher) => answers(catcher.ErrorEquals, detail));
  const catcher = catchers[caught];
  if (!catcher) return { error, cause };
  const errorOutput = { ...(error !== undefined && { Error: error }), ...(cause !== undefined && { Cause: cause }) };
  await leave(draft, id, {
    ...(catcher.Output !== undefined && { Output: catcher.Output }),
    ...(catcher.Assign && { Assign: catcher.Assign }),
    next: catcher.Next,
    otherwise: errorOutput,
    extras: { errorOutput },
    field: `Catch[${caught}]/`,
  });
  return undefined;
};
