import type { PassState } from '../definition.ts';
import type { Draft } from '../draft.ts';
import type { Frame } from '../execution.ts';
import { leave } from '../flow.ts';

/** Hands its input on, or what Output makes of it. */
export const enterPass = (draft: Draft, frame: Frame, state: PassState): Promise<void> =>
  leave(draft, frame.id, { ...state, next: state.Next, otherwise: frame.input });
