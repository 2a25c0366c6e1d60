import type { z } from 'zod';
import { valueAt } from './pointer.ts';
import { presetQueries } from './presets/preset-queries.ts';
import { presets } from './presets/presets.ts';
import { presetSchema } from './schema-presets.ts';

/** A config's value with the gates of its presets among its gates. */
export interface Expanded {
  readonly value: unknown;
  /** What stands for several gates in a wave: the name of a preset -> its gates. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Gate -> index of the preset it comes from. */
  readonly origins: ReadonlyMap<string, number>;
}

type Item = z.output<typeof presetSchema>;

/**
 * Writes the gates of presets out as if they stood in the config. An entry of `gates` of the same name is left as it is. What is wrong
 * with a preset itself is for the schema and `check-presets.ts` to say; such a one brings no gates.
 */
export const expandPresets = (value: unknown): Expanded => {
  const items = valueAt(value, ['presets']);
  if (!Array.isArray(items) || typeof value !== 'object' || value === null)
    return { value, groups: new Map(), origins: new Map() };
  const written = valueAt(value, ['gates']);
  const own: object = typeof written === 'object' && written !== null ? written : {};
  const gates: Record<string, unknown> = {};
  const groups = new Map<string, readonly string[]>();
  const origins = new Map<string, number>();
  for (const [index, each] of items.entries()) {
    const parsed = presetSchema.safeParse(each);
    if (!parsed.success) continue;
    const brought = gatesOf(parsed.data, valueAt(value, ['metrics', parsed.data.source]));
    if (brought.length === 0) continue;
    groups.set(
      groupOf(parsed.data),
      brought.map(([name]) => name),
    );
    for (const [name, gate] of brought) {
      if (Object.hasOwn(own, name)) continue;
      gates[name] = gate;
      origins.set(name, index);
    }
  }
  return { value: { ...value, gates: { ...own, ...gates } }, groups, origins };
};

/** What stands for all gates of a preset. */
export const groupOf = ({ preset, name = preset }: Item): string => name;

/** The language in which presets ask a store; `undefined` where they have none for it. */
export const presetLanguage = (store: unknown): 'promql' | 'influxql' | 'flux' | undefined => {
  if (typeof store !== 'object' || store === null) return undefined;
  if (Object.hasOwn(store, 'prometheus')) return 'promql';
  if (Object.hasOwn(store, 'influxdb1')) return 'influxql';
  return Object.hasOwn(store, 'influxdb2') ? 'flux' : undefined;
};

const gatesOf = (item: Item, store: unknown): readonly (readonly [string, object])[] => {
  const language = presetLanguage(store);
  if (language === undefined) return [];
  return Object.entries(presets[item.preset].gates).flatMap(([name, gate]) => {
    const other = item.gates[name];
    const found = other === false ? undefined : presetQueries(gate, language, item);
    if (found === undefined) return [];
    const { metric, limits, errorsMayBeAbsent } = found;
    const asked = { source: item.source, ...metric, ...(errorsMayBeAbsent === true ? { errorsMayBeAbsent } : {}) };
    return [[`${groupOf(item)}-${name}`, { metric: asked, ...limits, ...other }] as const];
  });
};
