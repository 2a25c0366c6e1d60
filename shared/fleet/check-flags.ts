import { placeholdersOf, placeholderValue } from '../rollout/placeholders.ts';
import type { Target } from '../rollout/target.ts';
import { unknownEntry } from './check-waves.ts';
import type { FlagEntry, FlagStoreEntry } from './config.ts';
import type { Entries } from './entries.ts';
import { toSetting } from './flags.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';

/**
 * What is wrong between flags, their stores and the waves: names that are not there, values of two types, a store that would show one wave
 * what is set for another, and two entries for one flag.
 */
export const checkFlags = (entries: Entries, targets: readonly Target[] | undefined): readonly Finding[] => {
  const flags = [...entries.flags.sound];
  return [
    ...flags.flatMap(([name, flag]) => [
      ...unknown(['flags', name, 'store'], flag.store, entries.flagStores.names, 'UNKNOWN_FLAG_STORE', 'flagStores'),
      ...(flag.service === undefined
        ? []
        : unknown(['flags', name, 'service'], flag.service, entries.services.names, 'UNKNOWN_SERVICE', 'services')),
      ...checkWaves(name, flag, entries),
      ...checkTypes(name, flag, entries.flagStores.sound.get(flag.store)),
    ]),
    ...sharedPlaces(entries),
    ...twice(flags),
    ...[...entries.flagStores.sound].flatMap(([name, store]) => checkOfrep(name, store, targets)),
  ];
};

const unknown = (
  at: readonly string[],
  name: string,
  names: ReadonlySet<string>,
  code: string,
  section: string,
): readonly Finding[] =>
  names.has(name)
    ? []
    : [unknownEntry(code, pointerOf(at), `${JSON.stringify(name.slice(0, 80))} in ${section}`, section, name, names)];

const checkWaves = (name: string, { waves }: FlagEntry, entries: Entries): readonly Finding[] => {
  const names = new Set([...entries.waves.sound.values()].map((wave) => wave.name));
  const wrong = entries.waves.whole
    ? Object.keys(waves).flatMap((wave) =>
        unknown(['flags', name, 'waves', wave], wave, names, 'UNKNOWN_WAVE', 'waves'),
      )
    : [];
  if (Object.keys(waves).length > 0) return wrong.map((finding) => ({ ...finding, at: 'key' }));
  const what = 'the flag has no wave';
  return [
    {
      code: 'FLAG_INVALID',
      path: pointerOf(['flags', name, 'waves']),
      what,
      expected: 'what it is to be in at least one',
    },
  ];
};

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) || typeof value === 'object' ? 'JSON' : typeof value;

/** All values of a flag are of one type: code that is given another throws, or takes its default without a word. */
const checkTypes = (name: string, flag: FlagEntry, store: FlagStoreEntry | undefined): readonly Finding[] => {
  const type = typeOf(flag.off);
  const invalid = (path: readonly string[], what: string, expected: string): Finding => ({
    code: 'FLAG_INVALID',
    path: pointerOf(['flags', name, ...path]),
    what,
    expected,
  });
  const only = store !== undefined && 'configcat' in store && (type === 'JSON' || type === 'null');
  const off = only ? [invalid(['off'], `ConfigCat has no flags of ${type}`, 'a boolean, text or number')] : [];
  const wrong = Object.entries(flag.waves).flatMap(([wave, entry]) => {
    const { value, otherwise = value } = toSetting(entry);
    const strange = [value, otherwise].find((each) => typeOf(each) !== type);
    if (strange === undefined) return [];
    return [
      invalid(
        ['waves', wave],
        `the value is of type ${typeOf(strange)}, and off is of type ${type}`,
        `values of type ${type}`,
      ),
    ];
  });
  return [...off, ...wrong];
};

/** Two waves that read the same place: what is set for the first is served in the second, before that has its turn. */
const sharedPlaces = ({ flags, flagStores, waves }: Entries): readonly Finding[] =>
  [...flagStores.sound].flatMap(([name, store]) => {
    const used = new Set(
      [...flags.sound.values()].filter((flag) => flag.store === name).flatMap((flag) => Object.keys(flag.waves)),
    );
    const place = 'flagd' in store ? store.flagd.object : store.configcat.sdkKeySecret;
    if (used.size === 0 || waves.names.size < 2 || place.includes('{wave}')) return [];
    const path =
      'flagd' in store ? ['flagStores', name, 'flagd', 'object'] : ['flagStores', name, 'configcat', 'sdkKeySecret'];
    return [
      {
        code: 'FLAG_SHARED',
        path: pointerOf(path),
        what: 'all waves have the same place',
        expected: '{wave} in its name, and a place of its own for each wave',
        fix: 'as it is, what is set for the first wave would be served in the last',
      },
    ];
  });

const twice = (flags: readonly (readonly [string, FlagEntry])[]): readonly Finding[] =>
  flags.flatMap(([name, flag], index) => {
    const first = flags
      .slice(0, index)
      .find(([other, each]) => each.store === flag.store && (each.key ?? other) === (flag.key ?? name));
    if (first === undefined) return [];
    const what = `it is the same flag of ${flag.store} as ${first[0]}`;
    return [
      {
        code: 'FLAG_INVALID',
        path: pointerOf(['flags', name]),
        what,
        expected: 'one entry for each flag',
        at: 'key' as const,
      },
    ];
  });

const checkOfrep = (
  name: string,
  { ofrep = '' }: FlagStoreEntry,
  targets: readonly Target[] | undefined,
): readonly Finding[] =>
  placeholdersOf(ofrep).flatMap((placeholder) => {
    const without = targets?.find((target) => placeholderValue(placeholder, target) === undefined);
    if (without === undefined) return [];
    const what = `target ${without.name} has no value for {${placeholder}}`;
    const expected = 'placeholders that every target has a value for';
    return [{ code: 'PLACEHOLDER', path: pointerOf(['flagStores', name, 'ofrep']), what, expected }];
  });
