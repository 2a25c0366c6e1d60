import type { FailState } from '../definition.ts';
import type { Draft } from '../draft.ts';
import type { Frame } from '../execution.ts';
import { StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import { scopeOf } from '../scope.ts';
import { evaluateAs } from '../template.ts';

/** Fails its scope with the given error and cause, each of which may be absent. */
export const enterFail = async (draft: Draft, frame: Frame, state: FailState): Promise<void> => {
  const scope = scopeOf(draft, frame);
  const text = async (field: string, template: Json | undefined) =>
    template === undefined ? undefined : evaluateAs('string', draft.given, template, field, scope);
  const error = await text('Error', state.Error);
  const cause = await text('Cause', state.Cause);
  throw new StateFailure({ error, cause });
};
