import { groupOf, presetLanguage } from './expand-presets.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf, valueAt } from './pointer.ts';
import { presets } from './presets/presets.ts';
import type { Finding } from './problem.ts';
import { presetSchema } from './schema-presets.ts';

/** What is wrong between presets, the stores they ask and the gates of other names. `value`: as it was written. */
export const checkPresets = (
  value: unknown,
  stores: ReadonlySet<string>,
  gates: ReadonlySet<string>,
): readonly Finding[] => {
  const items = valueAt(value, ['presets']);
  if (!Array.isArray(items)) return [];
  const groups = new Set<string>();
  return items.flatMap((each, index): readonly Finding[] => {
    const parsed = presetSchema.safeParse(each);
    if (!parsed.success) return [];
    const item = parsed.data;
    const group = groupOf(item);
    const isTaken = groups.has(group) || gates.has(group);
    groups.add(group);
    return [
      ...checkSource(item.source, item.preset, index, value, stores),
      ...Object.keys(item.gates).flatMap((name) => checkGate(name, item.preset, index)),
      ...(isTaken ? [taken(group, index)] : []),
    ];
  });
};

const checkSource = (
  source: string,
  preset: string,
  index: number,
  value: unknown,
  stores: ReadonlySet<string>,
): readonly Finding[] => {
  const path = pointerOf(['presets', index, 'source']);
  if (!stores.has(source)) {
    const nearest = nearestOf(source, stores);
    const what = `there is no metric store ${JSON.stringify(source.slice(0, 80))}`;
    const finding = { code: 'UNKNOWN_METRICS', path, what, expected: 'a name of metrics' };
    return [nearest === undefined ? finding : { ...finding, nearest }];
  }
  if (presetLanguage(valueAt(value, ['metrics', source])) !== undefined) return [];
  const what = `preset ${preset} has no queries for the store ${source}`;
  return [{ code: 'GATE_INVALID', path, what, expected: 'a store of prometheus, influxdb1 or influxdb2' }];
};

const checkGate = (name: string, preset: keyof typeof presets, index: number): readonly Finding[] => {
  const known = Object.keys(presets[preset].gates);
  if (known.includes(name)) return [];
  const nearest = nearestOf(name, known);
  const path = pointerOf(['presets', index, 'gates', name]);
  const what = `preset ${preset} has no gate ${JSON.stringify(name)}`;
  const finding = { code: 'UNKNOWN_GATE', path, what, expected: `one of ${known.join(', ')}`, at: 'key' } as const;
  return [nearest === undefined ? finding : { ...finding, nearest }];
};

const taken = (group: string, index: number): Finding => ({
  code: 'DUP_NAME',
  path: pointerOf(['presets', index]),
  what: `${JSON.stringify(group)} is the name of another preset or of a gate`,
  expected: 'a name of its own for each preset',
  fix: 'give it one by name',
});
