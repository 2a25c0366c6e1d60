import type { Draft } from './draft.ts';
import { dataLimitFailure } from './failure.ts';
import { byteLength, type Json, type JsonObject, jsonText, PAYLOAD_LIMIT } from './json.ts';
import { type ScopeExtras, scopeOf } from './scope.ts';
import { evaluateTemplate } from './template.ts';

/** How a state is left: its Output and Assign (or those of the rule or catcher taken) and where it goes. */
export interface Exit {
  readonly Output?: Json;
  readonly Assign?: JsonObject;
  /** Absent: the scope ends here. */
  readonly next?: string | undefined;
  /** The output where no Output is given. */
  readonly otherwise: Json;
  readonly extras?: ScopeExtras;
  /** Where Output and Assign stand, `Choices[1]/` or `Catch[0]/`; empty for the state's own. */
  readonly field?: string;
}

/** The `output` or `input` member of an event with its companion; AWS truncates nothing below the payload limit. */
export const payload = (member: 'input' | 'output', value: Json): JsonObject => ({
  [member]: jsonText(value),
  [`${member}Details`]: { truncated: false },
});

/** Throws `States.DataLimitExceeded` in the name of `state` when the value passes 262,144 bytes as text. */
export const limitPayload = (state: string, value: Json): void => {
  if (byteLength(jsonText(value)) > PAYLOAD_LIMIT) throw dataLimitFailure(state);
};

/**
 * Leaves the frame's state: Output and Assign are evaluated over the same old values, the exit is written, and the frame goes
 * on to the next state, or is done: `step` then tells the state that runs it.
 */
export const leave = async (draft: Draft, id: number, exit: Exit): Promise<void> => {
  const frame = draft.frame(id);
  const state = draft.stateOf(frame);
  const evaluated = exit.Assign !== undefined || exit.Output !== undefined;
  const scope = evaluated ? scopeOf(draft, frame, exit.extras) : {};
  const field = exit.field ?? '';
  const assigned = exit.Assign && (await evaluateTemplate(draft.given, exit.Assign, `${field}Assign`, scope));
  const output =
    exit.Output === undefined
      ? exit.otherwise
      : await evaluateTemplate(draft.given, exit.Output, `${field}Output`, scope);
  limitPayload(frame.state, output);
  const variables = (assigned ?? {}) as JsonObject;
  const texts = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, jsonText(value)]));
  // Of the variables that one Assign sets, all together (developer guide, "Passing data between states with variables").
  if (Object.values(texts).reduce((sum, text) => sum + byteLength(text), 0) > PAYLOAD_LIMIT)
    throw dataLimitFailure(frame.state);
  draft.event(id, `${state.Type}StateExited`, {
    stateExitedEventDetails: {
      name: frame.state,
      ...payload('output', output),
      ...(exit.Assign && { assignedVariables: texts, assignedVariablesDetails: { truncated: false } }),
    },
  });
  if (draft.itemsOf(id).length > 0) draft.setItems(id, undefined);
  draft.update(id, {
    variables: { ...frame.variables, ...variables },
    entered: undefined,
    retries: [],
    retryCount: 0,
    ...(exit.next === undefined
      ? { doing: { kind: 'done', output } as const }
      : { state: exit.next, input: output, doing: { kind: 'ready' } as const }),
  });
};
