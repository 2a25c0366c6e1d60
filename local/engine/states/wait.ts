import type { WaitState } from '../definition.ts';
import type { Draft } from '../draft.ts';
import type { Frame } from '../execution.ts';
import { evaluationFailure } from '../failure.ts';
import { leave } from '../flow.ts';
import { scopeOf } from '../scope.ts';
import { evaluateAs, evaluateCount } from '../template.ts';
import { readTimestamp } from '../timestamp.ts';

const untilOf = async (draft: Draft, frame: Frame, state: WaitState): Promise<number> => {
  const scope = scopeOf(draft, frame);
  if (state.Timestamp === undefined) {
    const seconds = await evaluateCount(draft.given, state.Seconds ?? 0, 'Seconds', scope);
    return draft.given.now + seconds * 1000;
  }
  const text = await evaluateAs('string', draft.given, state.Timestamp, 'Timestamp', scope);
  const at = readTimestamp(text);
  if (at === undefined) {
    throw evaluationFailure(
      `The Timestamp parameter does not reference a valid ISO-8601 extended offset date-time format string: ${text}`,
      'Timestamp',
    );
  }
  return at;
};

/** Waits for Seconds, or until Timestamp; a time that has passed is no wait. */
export const enterWait = async (draft: Draft, frame: Frame, state: WaitState): Promise<void> => {
  const until = await untilOf(draft, frame, state);
  if (until <= draft.given.now) return waitOver(draft, frame, state);
  draft.update(frame.id, { doing: { kind: 'waiting', until } });
};

/** The time has come. */
export const waitOver = (draft: Draft, frame: Frame, state: WaitState): Promise<void> =>
  leave(draft, frame.id, { ...state, next: state.Next, otherwise: frame.input });
