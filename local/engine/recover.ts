import { abortInside } from './abort.ts';
import type { Catcher, Retrier, State } from './definition.ts';
import type { Draft } from './draft.ts';
import type { Frame } from './execution.ts';
import { answers, type FailureDetail, failureOf, STATES } from './failure.ts';
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

const recovering = (state: State): { readonly retriers: readonly Retrier[]; readonly catchers: readonly Catcher[] } =>
  state.Type === 'Task' || state.Type === 'Parallel' || state.Type === 'Map'
    ? { retriers: state.Retry ?? [], catchers: state.Catch ?? [] }
    : { retriers: [], catchers: [] };

/** The failure as the history tells it: one of evaluating a field gets its event, and its cause says in which state. */
const told = (draft: Draft, id: number, failure: FailureDetail): FailureDetail => {
  if (!failure.evaluation) return failure;
  const { state, entered } = draft.frame(id);
  const cause = `An error occurred while executing the state '${state}' (entered at the event id #${entered?.event ?? 0}). ${failure.cause}`;
  draft.event(id, 'EvaluationFailed', {
    evaluationFailedEventDetails: { error: failure.error ?? '', cause, ...failure.evaluation, state },
  });
  return { error: failure.error, cause };
};

const tellStateFailed = (draft: Draft, id: number, { Type }: State): void => {
  if (Type === 'Map' || Type === 'Parallel') draft.event(id, `${Type}StateFailed`);
};

const takeCatcher = (draft: Draft, id: number, catcher: Catcher, index: number, detail: FailureDetail) => {
  const { error, cause } = detail;
  const errorOutput = { ...(error !== undefined && { Error: error }), ...(cause !== undefined && { Cause: cause }) };
  return leave(draft, id, {
    ...(catcher.Output !== undefined && { Output: catcher.Output }),
    ...(catcher.Assign && { Assign: catcher.Assign }),
    next: catcher.Next,
    otherwise: errorOutput,
    extras: { errorOutput },
    field: `Catch[${index}]/`,
  });
};

/**
 * Answers the failure of the frame's state by its own Retry, then its Catch. Returns undefined when it was answered, else the
 * failure as the scope around sees it. `inner` is the branch or iteration that failed, where one did. What the state had going on
 * is stopped and told (`*StateAborted`). `States.Runtime` is answered by nothing and told by nothing but the execution's end. An
 * expression of a catcher that fails is not answered by this state.
 */
export const recover = async (
  draft: Draft,
  id: number,
  failure: FailureDetail,
  inner?: Frame,
): Promise<FailureDetail | undefined> => {
  if (inner) draft.update(id, { last: inner.last, aside: inner.aside });
  const state = draft.stateOf(draft.frame(id));
  const detail = told(draft, id, failure);
  draft.failed(detail);
  if (detail.error === STATES.runtime) return detail;
  const frame = draft.frame(id);
  abortInside(draft, id, inner?.id);
  if (inner && state.Type === 'Map')
    draft.aside(id, 'MapIterationFailed', {
      mapIterationFailedEventDetails: { name: frame.state, index: inner.index },
    });
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
  tellStateFailed(draft, id, state);
  const caught = catchers.findIndex((catcher) => answers(catcher.ErrorEquals, detail));
  const catcher = catchers[caught];
  if (!catcher) return { error: detail.error, cause: detail.cause };
  const second = await failureOf(() => takeCatcher(draft, id, catcher, caught, detail));
  if (!second) return undefined;
  // The second failure follows what was there before the first was told; so AWS chains it.
  draft.update(id, { last: frame.last, aside: undefined });
  const unanswered = told(draft, id, second);
  draft.failed(unanswered);
  tellStateFailed(draft, id, state);
  return unanswered;
};
