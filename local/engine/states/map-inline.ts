import type { MapState } from '../definition.ts';
import type { Draft } from '../draft.ts';
import type { Frame, InlineActivity } from '../execution.ts';
import { leave } from '../flow.ts';
import { scopeOf } from '../scope.ts';
import { evaluateCount } from '../template.ts';
import { inputOf, itemsOf, mapItem, STATE_DATA } from './map-items.ts';
import { gather } from './parallel.ts';

/** An inline Map runs at most this many iterations at once, whatever MaxConcurrency says. */
const INLINE_CONCURRENCY = 40;

const iterate = async (draft: Draft, id: number, state: MapState): Promise<void> => {
  const frame = draft.frame(id);
  if (frame.doing.kind !== 'iterations') return;
  const index = frame.doing.next;
  const value = draft.itemsOf(id)[index] ?? null;
  const item = mapItem(index, value, frame.doing.keyed === true, STATE_DATA);
  const input = await inputOf(draft, frame, state, value, item);
  draft.update(id, { doing: { ...frame.doing, next: index + 1, running: frame.doing.running + 1 } });
  const inward = { state: frame.state, branch: 'item' } as const;
  const child = draft.add(frame, index, inward, state.ItemProcessor.StartAt, input, item);
  const started = { mapIterationStartedEventDetails: { name: frame.state, index } };
  draft.event(child.id, 'MapIterationStarted', started);
};

const finish = async (draft: Draft, id: number, state: MapState): Promise<void> => {
  const result = gather(draft, id);
  draft.aside(id, 'MapStateSucceeded');
  await leave(draft, id, { ...state, next: state.Next, otherwise: result, extras: { result } });
};

/** Starts as many iterations as may run at once. */
export const enterInlineMap = async (draft: Draft, frame: Frame, state: MapState): Promise<void> => {
  const { items, keyed } = await itemsOf(draft, frame, state);
  const wished = await evaluateCount(draft.given, state.MaxConcurrency ?? 0, 'MaxConcurrency', scopeOf(draft, frame));
  const concurrency = Math.min(wished || INLINE_CONCURRENCY, INLINE_CONCURRENCY);
  draft.event(frame.id, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  if (items.length === 0) return finish(draft, frame.id, state);
  draft.setItems(frame.id, items);
  const doing: InlineActivity = {
    ...{ kind: 'iterations', next: 0, running: 0, total: items.length, concurrency },
    ...(keyed && { keyed }),
  };
  draft.update(frame.id, { doing });
  for (let started = 0; started < Math.min(concurrency, items.length); started++) await iterate(draft, frame.id, state);
};

/** An iteration ended well: the next one takes its place, or with the last one the state ends. */
export const iterationEnded = async (draft: Draft, frame: Frame, state: MapState, child: Frame): Promise<void> => {
  if (frame.doing.kind !== 'iterations') return;
  const { doing } = frame;
  draft.event(child.id, 'MapIterationSucceeded', {
    mapIterationSucceededEventDetails: { name: frame.state, index: child.index },
  });
  draft.update(frame.id, { last: draft.frame(child.id).last, doing: { ...doing, running: doing.running - 1 } });
  if (doing.next < doing.total) return iterate(draft, frame.id, state);
  if (doing.running === 1) await finish(draft, frame.id, state);
};
