import type { MapState, State } from '../definition.ts';
import type { Draft, Transition } from '../draft.ts';
import type { Execution } from '../execution.ts';
import { STATES, StateFailure } from '../failure.ts';
import { leave } from '../flow.ts';
import type { Given } from '../given.ts';
import { ItemsUnreadable, itemsFrom } from '../items.ts';
import { isObject, type Json } from '../json.ts';
import { scopeOf } from '../scope.ts';
import { batched, exceedsTolerance } from '../states/map-distributed.ts';
import { inputOf, itemsOf, type MapItems, mapItem, STATE_DATA } from '../states/map-items.ts';
import { stepWith } from '../step.ts';
import { evaluateCount, evaluatePercentage, evaluateTemplate } from '../template.ts';
import { newToken } from '../token.ts';
import { WireError } from '../wire-error.ts';
import type { TestRequest } from './request.ts';

/** What evaluating the state's fields gave, under the names of `inspectionData`; the API has all but numbers as JSON text. */
export type Inspected = Record<string, Json>;

/** What the ItemReader would have made of this data. */
const readItems = async (draft: Draft, state: MapState, data: string): Promise<MapItems> => {
  const scope = scopeOf(draft, draft.frame(0));
  const config = await evaluateTemplate(draft.given, state.ItemReader?.ReaderConfig ?? {}, 'ItemReader', scope);
  const settings = isObject(config) ? config : {};
  try {
    const { items, keyed } = itemsFrom(data, settings);
    return { items: items.slice(0, Number(settings.MaxItems) || undefined), keyed };
  } catch (thrown) {
    if (!(thrown instanceof ItemsUnreadable)) throw thrown;
    throw new StateFailure({ error: STATES.itemReader, cause: thrown.message });
  }
};

/** Evaluates the fields of a Map state; returns how many items it has, undefined where only its ItemReader could tell. */
const inspectMap = async (draft: Draft, request: TestRequest, state: MapState, inspected: Inspected) => {
  const { given } = draft;
  const frame = draft.frame(0);
  const scope = scopeOf(draft, frame);
  const read =
    request.readerData === undefined || !state.ItemReader
      ? undefined
      : await readItems(draft, state, request.readerData);
  const found = read ?? (state.ItemReader ? undefined : await itemsOf(draft, frame, state));
  const { ToleratedFailureCount, ToleratedFailurePercentage, ItemReader } = state;
  inspected.maxConcurrency = await evaluateCount(given, state.MaxConcurrency ?? 0, 'MaxConcurrency', scope);
  if (ToleratedFailureCount !== undefined)
    inspected.toleratedFailureCount = await evaluateCount(given, ToleratedFailureCount, 'ToleratedFailureCount', scope);
  if (ToleratedFailurePercentage !== undefined)
    inspected.toleratedFailurePercentage = await evaluatePercentage(given, ToleratedFailurePercentage, scope);
  if (!found) return undefined;
  if (read && ItemReader?.ReaderConfig?.ItemsPointer !== undefined) inspected.afterItemsPointer = [...read.items];
  const inputs: Json[] = [];
  for (const [index, value] of found.items.entries())
    inputs.push(await inputOf(draft, frame, state, value, mapItem(index, value, found.keyed, STATE_DATA)));
  if (state.ItemSelector !== undefined) inspected.afterItemSelector = inputs;
  if (state.ItemBatcher) inspected.afterItemBatcher = [...(await batched(draft, frame, state, inputs))];
  return found.items.length;
};

const checkTolerance = (failed: number, total: number | undefined, inspected: Inspected): void => {
  if (total !== undefined && failed > total)
    throw new WireError(
      'ValidationException',
      `mapIterationFailureCount is ${failed}, and the Map state has ${total} items`,
    );
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = inspected;
  const tolerated = {
    ...(typeof count === 'number' && { toleratedCount: count }),
    ...(typeof percentage === 'number' && { toleratedPercentage: percentage }),
  };
  if (exceedsTolerance({ failed, total: total ?? 0, ...tolerated }))
    throw new StateFailure({
      error: STATES.threshold,
      cause: 'The specified tolerated failure threshold was exceeded',
    });
};

/**
 * Runs a Task, Map or Parallel state up to where its work would begin and gives it the mocked outcome; Output, Assign, Retry and
 * Catch follow as ever. `inspected` collects what its fields came to. Throws `ValidationException` for failed iterations that the
 * state has not.
 */
export const runMocked = (
  request: TestRequest,
  execution: Execution,
  state: State,
  inspected: Inspected,
  given: Given,
): Promise<Transition> =>
  stepWith(
    execution,
    async (draft) => {
      const { mock } = request;
      if (state.Type === 'Task' && state.Arguments !== undefined) {
        const scope = scopeOf(draft, draft.frame(0), { token: newToken(given.random) });
        inspected.afterArguments = await evaluateTemplate(given, state.Arguments, 'Arguments', scope);
      }
      const total = state.Type === 'Map' ? await inspectMap(draft, request, state, inspected) : undefined;
      if (!mock || !('result' in mock)) throw new StateFailure({ error: mock?.error, cause: mock?.cause });
      if (state.Type === 'Map' && request.failedIterations !== undefined)
        checkTolerance(request.failedIterations, total, inspected);
      const { result } = mock;
      if (state.Type === 'Task') inspected.result = result;
      const next = 'Next' in state ? state.Next : undefined;
      await leave(draft, 0, { ...state, next, otherwise: result, extras: { result } });
    },
    given,
  );
