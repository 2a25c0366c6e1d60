import type { MapState } from '../definition.ts';
import type { Draft } from '../draft.ts';
import type { Frame, MapItem } from '../execution.ts';
import { evaluationFailure } from '../failure.ts';
import { isObject, type Json, jsonText } from '../json.ts';
import { scopeOf } from '../scope.ts';
import { evaluateAs, evaluateTemplate } from '../template.ts';

/** What a Map state goes over. An object is its members, as `{Key, Value}` in their order, and `keyed`. */
export interface MapItems {
  readonly items: readonly Json[];
  readonly keyed: boolean;
}

/** `$states.context.Map.Item.Source` of what came with the state's input. */
export const STATE_DATA = 'STATE_DATA';

/** The members of an object as items. */
const pairsOf = (object: { readonly [key: string]: Json }): MapItems => ({
  items: Object.entries(object).map(([Key, Value]) => ({ Key, Value })),
  keyed: true,
});

/** An array or an object as items; undefined for anything else. */
export const itemsIn = (value: Json): MapItems | undefined =>
  Array.isArray(value) ? { items: value, keyed: false } : isObject(value) ? pairsOf(value) : undefined;

/** What the Map goes over: Items, or the state's input; an array or an object. */
export const itemsOf = async (draft: Draft, frame: Frame, state: MapState): Promise<MapItems> => {
  if (state.Items !== undefined) {
    const value = await evaluateAs('collection', draft.given, state.Items, 'Items', scopeOf(draft, frame));
    return itemsIn(value) ?? { items: [], keyed: false };
  }
  const found = itemsIn(frame.input);
  if (!found) throw evaluationFailure(`Map state input must be an array but was: ${jsonText(frame.input)}`);
  return found;
};

/** `$states.context.Map.Item` of the item with this number. */
export const mapItem = (index: number, item: Json, keyed: boolean, source: string): MapItem => {
  const pair = keyed && isObject(item) ? item : undefined;
  return {
    Index: index,
    ...(pair && { Key: String(pair.Key) }),
    Value: pair ? (pair.Value ?? null) : item,
    Source: source,
  };
};

/** The input of one iteration: ItemSelector over the item, or the item. */
export const inputOf = async (
  draft: Draft,
  frame: Frame,
  state: MapState,
  value: Json,
  item: MapItem,
): Promise<Json> =>
  state.ItemSelector === undefined
    ? value
    : evaluateTemplate(draft.given, state.ItemSelector, 'ItemSelector', scopeOf(draft, frame, { item }));
