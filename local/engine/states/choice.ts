import type { ChoiceState } from '../definition.ts';
import type { Draft } from '../draft.ts';
import type { Frame } from '../execution.ts';
import { STATES, StateFailure } from '../failure.ts';
import { leave } from '../flow.ts';
import { scopeOf } from '../scope.ts';
import { evaluateAs } from '../template.ts';

/** Takes the first rule whose Condition is true; its Output and Assign count, not the state's, which are Default's. */
export const enterChoice = async (draft: Draft, frame: Frame, state: ChoiceState): Promise<void> => {
  const scope = scopeOf(draft, frame);
  for (const [at, rule] of state.Choices.entries()) {
    if (!(await evaluateAs('boolean', draft.given, rule.Condition, `Choices[${at}]/Condition`, scope))) continue;
    await leave(draft, frame.id, { ...rule, next: rule.Next, otherwise: frame.input, field: `Choices[${at}]/` });
    return;
  }
  if (state.Default === undefined) {
    // Not `States.NoChoiceMatched`, as the language has it: AWS fails the execution, and nothing answers that.
    throw new StateFailure({
      error: STATES.runtime,
      cause:
        `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.entered?.event ?? 0}). ` +
        'Failed to transition out of the state. The state does not point to a next state.',
    });
  }
  await leave(draft, frame.id, { ...state, next: state.Default, otherwise: frame.input });
};
