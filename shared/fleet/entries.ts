import type { z } from 'zod';
import type {
  FlagEntry,
  FlagStoreEntry,
  GateEntry,
  MetricsEntry,
  ServiceEntry,
  TargetEntry,
  WaveEntry,
} from './config.ts';
import { stepsOf } from './pointer.ts';
import type { Finding } from './problem.ts';
import { serviceSchema, targetSchema, waveSchema } from './schema.ts';
import { flagSchema, flagStoreSchema } from './schema-flags.ts';
import { gateSchema } from './schema-gates.ts';
import { metricsSchema } from './schema-metrics.ts';

/** One section of the file: the names that are written in it, and those entries that are sound in themselves. */
export interface Section<Entry> {
  readonly names: ReadonlySet<string>;
  readonly sound: ReadonlyMap<string, Entry>;
  /** Whether there are entries and every one is sound. What is said of all entries can only be said then. */
  readonly whole: boolean;
}

/**
 * The entries of a config, taken one by one, so that a mistake in one hides none in another: a check of what entries say of each
 * other reads the sound ones and keeps silent where it would have to know the rest. An entry that is sound but for members that
 * may be left out counts as sound without them. Waves are named by their index.
 */
export interface Entries {
  readonly services: Section<ServiceEntry>;
  readonly targets: Section<TargetEntry>;
  readonly waves: Section<WaveEntry>;
  readonly gates: Section<GateEntry>;
  readonly metrics: Section<MetricsEntry>;
  readonly flagStores: Section<FlagStoreEntry>;
  readonly flags: Section<FlagEntry>;
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** Names. */
  readonly windows: ReadonlySet<string>;
}

/** `groups`: what stands for several gates in a wave. */
export const entriesOf = (
  value: unknown,
  findings: readonly Finding[],
  groups: ReadonlyMap<string, readonly string[]>,
): Entries => ({
  services: sectionOf(value, 'services', serviceSchema, findings),
  targets: sectionOf(value, 'targets', targetSchema, findings),
  waves: withGroups(sectionOf(value, 'waves', waveSchema, findings), groups),
  gates: sectionOf(value, 'gates', gateSchema, findings),
  metrics: sectionOf(value, 'metrics', metricsSchema, findings),
  flagStores: sectionOf(value, 'flagStores', flagStoreSchema, findings),
  flags: sectionOf(value, 'flags', flagSchema, findings),
  windows: new Set(Object.keys(member(value, 'windows'))),
  roles: new Map(
    Object.entries(member(value, 'roles')).map(([role, people]) => [
      role,
      Array.isArray(people) ? people.filter((person) => typeof person === 'string') : [],
    ]),
  ),
});

/** The waves with every group written out. */
const withGroups = (waves: Section<WaveEntry>, groups: ReadonlyMap<string, readonly string[]>): Section<WaveEntry> => ({
  ...waves,
  sound: new Map([...waves.sound].map(([index, wave]) => [index, { ...wave, gates: gatesOf(wave.gates, groups) }])),
});

/** The gates that names of gates and of groups stand for. */
export const gatesOf = (names: readonly string[], groups: ReadonlyMap<string, readonly string[]>): string[] =>
  names.flatMap((name) => groups.get(name) ?? [name]);

const member = (value: unknown, name: string): object => {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === 'object' && found !== null ? found : {};
};

const sectionOf = <Schema extends z.ZodType>(
  value: unknown,
  name: string,
  schema: Schema,
  findings: readonly Finding[],
): Section<z.output<Schema>> => {
  const written = Object.entries(member(value, name));
  const sound = new Map<string, z.output<Schema>>();
  for (const [key, entry] of written) {
    const parsed = schema.safeParse(without(entry, faultyMembers(findings, name, key)));
    if (parsed.success) sound.set(key, parsed.data);
  }
  return { names: new Set(written.map(([key]) => key)), sound, whole: sound.size > 0 && sound.size === written.length };
};

/** The members of an entry that a finding is about, and those that a misspelt one was meant to be. */
const faultyMembers = (findings: readonly Finding[], section: string, key: string): ReadonlySet<string> =>
  new Set(
    findings.flatMap(({ path, nearest }) => {
      const [inSection, inEntry, faulty = ''] = stepsOf(path);
      return inSection === section && inEntry === key ? [faulty, nearest ?? faulty] : [];
    }),
  );

/** An entry without its faulty members; as it is, and so unsound, where it is judged by them: waves select by labels. */
const without = (entry: unknown, faulty: ReadonlySet<string>): unknown =>
  faulty.size === 0 || faulty.has('labels') || typeof entry !== 'object' || entry === null || Array.isArray(entry)
    ? entry
    : Object.fromEntries(Object.entries(entry).filter(([key]) => !faulty.has(key)));
