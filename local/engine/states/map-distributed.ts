import { machineNameOf, placeOf } from '../arn.ts';
import type { MapState } from '../definition.ts';
import type { Draft, MapRunRow } from '../draft.ts';
import type { Frame, MapRunActivity, Signal } from '../execution.ts';
import { type FailureDetail, STATES, StateFailure } from '../failure.ts';
import { leave, limitPayload } from '../flow.ts';
import { uuid } from '../given.ts';
import { byteLength, isObject, type Json, jsonText, PAYLOAD_LIMIT } from '../json.ts';
import { scopeOf } from '../scope.ts';
import { evaluateCount, evaluatePercentage, evaluateTemplate, type Scope } from '../template.ts';
import { inputOf, itemsOf, type MapItems, mapItem, STATE_DATA } from './map-items.ts';

/** Children of one Map Run that run at once at most. */
const RUN_CONCURRENCY = 10_000;

const count = async (draft: Draft, field: keyof MapState & string, template: Json | undefined, scope: Scope) =>
  template === undefined ? undefined : evaluateCount(draft.given, template, field, scope);

/** Whether so many failed children of so many fail the Map Run. Without a tolerance the first one does. */
export const exceedsTolerance = (run: {
  readonly failed: number;
  readonly total: number;
  readonly toleratedCount?: number;
  readonly toleratedPercentage?: number;
}): boolean => {
  const { failed, total, toleratedCount, toleratedPercentage } = run;
  if (toleratedCount === undefined && toleratedPercentage === undefined) return failed > 0;
  const overCount = toleratedCount !== undefined && failed > toleratedCount;
  return overCount || (toleratedPercentage !== undefined && failed * 100 > toleratedPercentage * total);
};

const rowOf = (frame: Frame, doing: MapRunActivity, status: MapRunRow['status']): MapRunRow => ({
  arn: doing.run,
  frame: frame.id,
  state: frame.state,
  status,
  concurrency: doing.concurrency === RUN_CONCURRENCY ? 0 : doing.concurrency,
  toleratedCount: doing.toleratedCount ?? 0,
  toleratedPercentage: doing.toleratedPercentage ?? 0,
  totalItems: doing.items,
  totalChildren: doing.total,
  redrives: doing.redrives,
});

/** ItemBatcher over the inputs: as many in one as MaxItemsPerBatch and MaxInputBytesPerBatch let; without it, the inputs. */
export const batched = async (
  draft: Draft,
  frame: Frame,
  state: MapState,
  inputs: readonly Json[],
): Promise<readonly Json[]> => {
  const batcher = state.ItemBatcher;
  if (!batcher) return inputs;
  const scope = scopeOf(draft, frame);
  const number = (field: 'MaxItemsPerBatch' | 'MaxInputBytesPerBatch') =>
    batcher[field] === undefined
      ? undefined
      : evaluateCount(draft.given, batcher[field], `ItemBatcher/${field}`, scope);
  const most = (await number('MaxItemsPerBatch')) || Number.POSITIVE_INFINITY;
  const bytes = (await number('MaxInputBytesPerBatch')) || PAYLOAD_LIMIT;
  const shared =
    batcher.BatchInput === undefined
      ? {}
      : { BatchInput: await evaluateTemplate(draft.given, batcher.BatchInput, 'ItemBatcher/BatchInput', scope) };
  const empty = byteLength(jsonText({ ...shared, Items: [] }));
  const batches: Json[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const input of inputs) {
    const added = byteLength(jsonText(input)) + 1;
    const open = batches.at(-1);
    if (!open || open.length >= most || size + added > bytes) {
      batches.push([input]);
      size = empty + added;
    } else {
      open.push(input);
      size += added;
    }
  }
  return batches.map((items) => ({ ...shared, Items: items }));
};

const fill = (draft: Draft, id: number): void => {
  const frame = draft.frame(id);
  if (frame.doing.kind !== 'map-run') return;
  let { next, running } = frame.doing;
  const { run, total, concurrency, again = [] } = frame.doing;
  const inputs = draft.itemsOf(id);
  const batched = draft.stateOf(frame).Type === 'Map' && 'ItemBatcher' in draft.stateOf(frame);
  const redriven = again.slice(0, Math.max(0, concurrency - running));
  for (const index of redriven) draft.redrive(run, index);
  running += redriven.length;
  for (; next < total && running < concurrency; next++, running++) {
    const input = inputs[next] ?? null;
    const items = batched && isObject(input) && Array.isArray(input.Items) ? input.Items.length : 1;
    draft.child({ run, frame: id, index: next, name: uuid(draft.given.random), input, items });
  }
  const phase = next === total && running === 0 ? 'collecting' : 'running';
  const doing = { ...frame.doing, next, running, phase } as const;
  draft.update(id, { doing: again.length > 0 ? { ...doing, again: again.slice(redriven.length) } : doing });
};

/** The items are known: each becomes the input of one child execution, and the first children start. */
export const startChildren = async (
  draft: Draft,
  frame: Frame,
  state: MapState,
  { items, keyed }: MapItems,
  source: string,
): Promise<void> => {
  if (frame.doing.kind !== 'map-run') return;
  const inputs: Json[] = [];
  for (const [index, value] of items.entries())
    inputs.push(await inputOf(draft, frame, state, value, mapItem(index, value, keyed, source)));
  const children = await batched(draft, frame, state, inputs);
  for (const input of children) limitPayload(frame.state, input);
  draft.setItems(frame.id, children);
  const doing = { ...frame.doing, total: children.length, items: items.length };
  draft.mapRun(rowOf(draft.update(frame.id, { doing }), doing, 'RUNNING'));
  fill(draft, frame.id);
};

/** A redrive goes on with the same Map Run: children that had not ended well run again, those never started start. */
export const mapRunRedriven = (draft: Draft, frame: Frame): void => {
  if (frame.doing.kind !== 'map-run') return;
  const doing: MapRunActivity = { ...frame.doing, phase: 'running', redrives: frame.doing.redrives + 1 };
  draft.mapRun(rowOf(draft.update(frame.id, { doing }), doing, 'RUNNING'));
  const details = { mapRunArn: doing.run, redriveCount: doing.redrives };
  draft.event(frame.id, 'MapRunRedriven', { mapRunRedrivenEventDetails: details });
  fill(draft, frame.id);
};

/** Starts a Map Run. Items in S3 are read first; others start their children in the same transition. */
export const enterDistributedMap = async (draft: Draft, frame: Frame, state: MapState): Promise<void> => {
  const scope = scopeOf(draft, frame);
  const items = state.ItemReader ? undefined : await itemsOf(draft, frame, state);
  const reader =
    state.ItemReader && (await evaluateTemplate(draft.given, { ...state.ItemReader }, 'ItemReader', scope));
  const writer =
    state.ResultWriter && (await evaluateTemplate(draft.given, { ...state.ResultWriter }, 'ResultWriter', scope));
  const concurrency = await count(draft, 'MaxConcurrency', state.MaxConcurrency, scope);
  const toleratedCount = await count(draft, 'ToleratedFailureCount', state.ToleratedFailureCount, scope);
  const toleratedPercentage =
    state.ToleratedFailurePercentage === undefined
      ? undefined
      : await evaluatePercentage(draft.given, state.ToleratedFailurePercentage, scope);
  const { random } = draft.given;
  const { region, account } = placeOf(draft.execution.machineArn);
  const machine = machineNameOf(draft.execution.machineArn);
  const label = state.Label ?? uuid(random);
  const doing: MapRunActivity = {
    kind: 'map-run',
    run: `arn:aws:states:${region}:${account}:mapRun:${machine}/${label}:${uuid(random)}`,
    phase: items ? 'running' : 'reading',
    ...(reader !== undefined && { reader }),
    ...(writer !== undefined && { writer }),
    next: 0,
    running: 0,
    failed: 0,
    total: 0,
    items: 0,
    redrives: 0,
    concurrency: Math.min(concurrency || RUN_CONCURRENCY, RUN_CONCURRENCY),
    ...(toleratedCount !== undefined && { toleratedCount }),
    ...(toleratedPercentage !== undefined && { toleratedPercentage }),
  };
  draft.event(frame.id, 'MapStateStarted', { mapStateStartedEventDetails: { length: items?.items.length ?? 0 } });
  draft.event(frame.id, 'MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: doing.run } });
  const started = draft.update(frame.id, { doing });
  draft.mapRun(rowOf(started, doing, 'RUNNING'));
  if (items) await startChildren(draft, started, state, items, STATE_DATA);
};

/** The Map Run fails as a whole: the reader, the writer, or too many children. Children that still run are stopped. */
export const mapRunFailed = (draft: Draft, frame: Frame, detail: FailureDetail): never => {
  if (frame.doing.kind === 'map-run') draft.mapRun(rowOf(frame, frame.doing, 'FAILED'));
  const { error = '', cause = '' } = detail;
  draft.event(frame.id, 'MapRunFailed', { mapRunFailedEventDetails: { error, cause } });
  throw new StateFailure({ error, cause });
};

/** A child ended: the next one starts, or the tolerance is passed, or with the last one the results are collected. */
export const childEnded = (draft: Draft, frame: Frame, succeeded: boolean): void => {
  if (frame.doing.kind !== 'map-run') return;
  const doing = { ...frame.doing, running: frame.doing.running - 1, failed: frame.doing.failed + (succeeded ? 0 : 1) };
  const changed = draft.update(frame.id, { doing });
  if (exceedsTolerance(doing)) {
    mapRunFailed(draft, changed, {
      error: STATES.threshold,
      cause: 'The specified tolerated failure threshold was exceeded',
    });
  }
  fill(draft, frame.id);
};

/** UpdateMapRun: other limits from now on. A lower concurrency lets running children end; a passed tolerance fails at the next end. */
export const limitsChanged = (
  draft: Draft,
  frame: Frame,
  limits: Extract<Signal, { kind: 'map-updated' }>['limits'],
): void => {
  if (frame.doing.kind !== 'map-run') return;
  const { concurrency: wished, ...tolerated } = limits;
  const concurrency =
    wished === undefined ? frame.doing.concurrency : Math.min(wished || RUN_CONCURRENCY, RUN_CONCURRENCY);
  const doing = { ...frame.doing, ...tolerated, concurrency };
  const changed = draft.update(frame.id, { doing });
  draft.mapRun(rowOf(changed, doing, 'RUNNING'));
  if (doing.phase === 'running') fill(draft, frame.id);
};

/** The results are together, in the output or in S3. */
export const resultsCollected = async (draft: Draft, frame: Frame, state: MapState, result: Json): Promise<void> => {
  if (frame.doing.kind !== 'map-run') return;
  draft.mapRun(rowOf(frame, frame.doing, 'SUCCEEDED'));
  draft.aside(frame.id, 'MapRunSucceeded');
  draft.aside(frame.id, 'MapStateSucceeded', {}, 'aside');
  await leave(draft, frame.id, { ...state, next: state.Next, otherwise: result, extras: { result } });
};
