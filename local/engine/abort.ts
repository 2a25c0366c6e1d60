import type { Draft } from './draft.ts';
import type { Frame } from './execution.ts';

/** The types of state whose being cut is told; AWS has no such event for the others, which take no time. */
const TOLD = ['Task', 'Wait', 'Map', 'Parallel'];

const tell = (draft: Draft, on: number, cut: Frame): void => {
  const { Type } = draft.stateOf(cut);
  if (cut.entered && TOLD.includes(Type)) draft.aside(on, `${Type}StateAborted`);
  for (const child of draft.childrenOf(cut.id)) tellCut(draft, on, cut, child);
};

const tellCut = (draft: Draft, on: number, around: Frame, child: Frame): void => {
  if (child.doing.kind === 'done') return;
  if (draft.stateOf(around).Type === 'Map')
    draft.aside(on, 'MapIterationAborted', {
      mapIterationAbortedEventDetails: { name: around.state, index: child.index },
    });
  tell(draft, on, child);
};

/**
 * Tells which branches or iterations of the frame's state are cut by its failure, `except` being the one that failed: for each
 * `MapIterationAborted` and the `*StateAborted` of the state it was in, all following the failure itself and before what is told
 * of the state around. Stops nothing.
 */
export const abortInside = (draft: Draft, id: number, except?: number): void => {
  const around = draft.frame(id);
  for (const child of draft.childrenOf(id)) if (child.id !== except) tellCut(draft, id, around, child);
};
