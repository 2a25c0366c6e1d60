import type { SucceedState } from '../definition.ts';
import type { Draft } from '../draft.ts';
import type { Frame } from '../execution.ts';
import { leave } from '../flow.ts';

/** Ends its scope: the execution, a branch or an iteration. */
export const enterSucceed = (draft: Draft, frame: Frame, state: SucceedState): Promise<void> =>
  leave(draft, frame.id, { ...state, otherwise: frame.input });
