import type { ParallelState } from '../definition.ts';
import type { Draft } from '../draft.ts';
import type { Frame } from '../execution.ts';
import { leave, limitPayload } from '../flow.ts';
import type { Json } from '../json.ts';
import { scopeOf } from '../scope.ts';
import { evaluateTemplate } from '../template.ts';

/** Starts every branch with the same input: Arguments, or the state's own input. */
export const enterParallel = async (draft: Draft, frame: Frame, state: ParallelState): Promise<void> => {
  const input =
    state.Arguments === undefined
      ? frame.input
      : await evaluateTemplate(draft.given, state.Arguments, 'Arguments', scopeOf(draft, frame));
  limitPayload(frame.state, input);
  draft.event(frame.id, 'ParallelStateStarted');
  const started = draft.update(frame.id, { doing: { kind: 'branches', running: state.Branches.length } });
  for (const [branch, scope] of state.Branches.entries()) {
    draft.add(started, branch, { state: frame.state, branch }, scope.StartAt, input);
  }
};

/** The outputs of the frames below, by their number; and takes those frames away. */
export const gather = (draft: Draft, id: number): readonly Json[] => {
  const children = draft.childrenOf(id).toSorted((a, b) => a.index - b.index);
  for (const child of children) draft.remove(child.id);
  return children.map(({ doing }) => (doing.kind === 'done' ? doing.output : null));
};

/** A branch ended well; with the last one the state does. */
export const branchEnded = async (draft: Draft, frame: Frame, state: ParallelState, child: Frame): Promise<void> => {
  if (frame.doing.kind !== 'branches') return;
  const running = frame.doing.running - 1;
  draft.update(frame.id, { doing: { kind: 'branches', running } });
  if (running > 0) return;
  const result = gather(draft, frame.id);
  draft.update(frame.id, { last: child.last });
  draft.aside(frame.id, 'ParallelStateSucceeded');
  await leave(draft, frame.id, { ...state, next: state.Next, otherwise: result, extras: { result } });
};
