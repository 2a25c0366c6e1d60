import { createHash } from 'node:crypto';
import { assessQuery } from '../../shared/analysis/assess-query.ts';
import { durationMs } from '../../shared/fleet/duration.ts';
import { parseConfig } from '../../shared/fleet/parse-config.ts';
import { type Problem, printProblem } from '../../shared/fleet/problem.ts';
import { readDocument } from '../../shared/fleet/read-document.ts';
import { toTargets } from '../../shared/fleet/targets.ts';
import type { Evaluate } from '../../shared/render/jsonnet.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { assessReferences } from './assess-references.ts';
import type { RehearsedWave } from './choose-targets.ts';
import { type PlannedStandIns, planFirst, planStandIns, type WrittenConfig } from './plan-stand-ins.ts';
import type { Scenario } from './scenario-schema.ts';

/** The files of the config repository of a rehearsal: the config as JSON with what the simulation can answer, all others as they are. */
export type RepositoryFiles = Readonly<Record<string, string | null>>;

/** The config file of a rehearsal, whatever the user's is called. */
export const rehearsedConfig = 'tidegate.json';

/** All that a rehearsal begins with. */
export interface PreparedRehearsal {
  readonly targets: readonly Target[];
  readonly waves: readonly RehearsedWave[];
  readonly standIns: PlannedStandIns;
  /** What runs before, in which nothing is waited for. */
  readonly first: RepositoryFiles;
  /** What the new version changes of it. */
  readonly changes: RepositoryFiles;
  /** The new image, and the one that it takes the place of; absent where only files change. */
  readonly image?: { readonly service: string; readonly before: string; readonly after: string };
  /** How often the metric store looks: the shortest window that is asked over has five looks in it. */
  readonly scrapeMs: number;
  /** How long the version before runs until the new one comes. */
  readonly settledMs: number;
}

/** What keeps a scenario from being run over a config, in sentences. */
export class NotRehearsable extends Error {
  override readonly name = 'NotRehearsable';
}

/** Reads the config of a commit as a rehearsal has it. Throws `NotRehearsable` with every mistake in it. */
export const prepareRehearsal = async (
  scenario: Scenario,
  files: ReadonlyMap<string, Uint8Array>,
  config: string,
  evaluate: Evaluate,
): Promise<PreparedRehearsal> => {
  const standIns = planStandIns(await readWritten(files, config, evaluate));
  const changed = changedFiles(files, scenario.to.files ?? {});
  const next = planStandIns(await readWritten(changed, config, evaluate)).config;
  const image = imageOf(scenario, next);
  if (image !== undefined) pin(next, image.service, image.after);
  if (scenario.to.loses !== undefined) changed.set(lostFile, new TextEncoder().encode(lose(next, scenario)));
  const texts = (all: ReadonlyMap<string, Uint8Array>, own: WrittenConfig): RepositoryFiles => ({
    ...Object.fromEntries([...all].filter(([path]) => path !== config).map(([path, bytes]) => [path, textOf(bytes)])),
    [rehearsedConfig]: JSON.stringify(own, null, 2),
  });
  const first = texts(files, planFirst(standIns.config));
  const after = texts(changed, next);
  const gone = Object.keys(first).filter((path) => after[path] === undefined);
  const parsed = await parseConfig(encoded(after), rehearsedConfig, evaluate, assessQuery);
  if (!parsed.ok) throw notRehearsable(parsed.problems);
  const targets = toTargets(parsed.config.targets);
  const waves = parsed.config.frozen.map((wave) => ({ name: wave.name, targets: wave.targets }));
  const strange = assessReferences(scenario, targets, waves);
  if (strange.length > 0)
    throw new NotRehearsable(strange.map((each) => `scenario ${scenario.name}: ${each}`).join('\n'));
  return {
    targets,
    waves,
    standIns,
    first,
    changes: {
      ...Object.fromEntries(Object.entries(after).filter(([path, text]) => first[path] !== text)),
      ...Object.fromEntries(gone.map((path) => [path, null])),
    },
    ...(image === undefined ? {} : { image }),
    scrapeMs: scrapeEvery(standIns.windows),
    settledMs: scenario.settled === undefined ? settledFor(standIns.windows) : durationMs(scenario.settled),
  };
};

/** The config as it is written, known to be without a mistake. Throws `NotRehearsable` with every one that is in it. */
export const readWritten = async (
  files: ReadonlyMap<string, Uint8Array>,
  config: string,
  evaluate: Evaluate,
): Promise<WrittenConfig> => {
  const parsed = await parseConfig(files, config, evaluate, assessQuery);
  if (!parsed.ok) throw notRehearsable(parsed.problems);
  const document = await readDocument(textOf(files.get(config) ?? new Uint8Array()), files, config, evaluate);
  // Without a mistake, as was just found; a copy, for what is changed in it is this rehearsal's alone.
  return structuredClone(document.value) as WrittenConfig;
};

const notRehearsable = (problems: readonly Problem[]) => new NotRehearsable(problems.map(printProblem).join('\n'));

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const encoded = (texts: RepositoryFiles): ReadonlyMap<string, Uint8Array> =>
  new Map(Object.entries(texts).map(([path, text]) => [path, new TextEncoder().encode(text ?? '')]));

const changedFiles = (
  files: ReadonlyMap<string, Uint8Array>,
  changes: Readonly<Record<string, string | null>>,
): Map<string, Uint8Array> => {
  const changed = new Map(files);
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) changed.delete(path);
    else changed.set(path, new TextEncoder().encode(text));
  }
  return changed;
};

/** The image that the scenario brings: of the service it names, else of the first that pins one. */
const imageOf = (
  { name, to }: Scenario,
  { services }: WrittenConfig,
): { readonly service: string; readonly before: string; readonly after: string } | undefined => {
  const changesFiles = to.files !== undefined || to.loses !== undefined;
  if (changesFiles && to.image === undefined && to.service === undefined) return undefined;
  const pinned = Object.entries(services).flatMap(([service, { images = {} }]) =>
    Object.values(images)
      .slice(0, 1)
      .map((before) => ({ service, before })),
  );
  const found = to.service === undefined ? pinned[0] : pinned.find(({ service }) => service === to.service);
  if (found === undefined) {
    const what =
      to.service === undefined
        ? 'no service of the config pins an image'
        : `service ${to.service} is not there, or pins no image`;
    throw new NotRehearsable(
      `scenario ${name}: ${what}, so nothing new can be released; expected \`to.service\` with an image of its own, or \`to.files\` that change`,
    );
  }
  const digest = createHash('sha256').update(`${name} ${found.service}`).digest('hex');
  return { ...found, after: to.image ?? `${found.before.split('@')[0]}@sha256:${digest}` };
};

const pin = ({ services }: WrittenConfig, service: string, after: string): void => {
  const images = services[service]?.images ?? {};
  const [container] = Object.keys(images);
  if (container !== undefined) images[container] = after;
};

const lostFile = 'rehearsed-loss.jsonnet';

/** Has a service render to one object of no consequence. Returns the file that it then is. */
const lose = ({ services }: WrittenConfig, { name, to }: Scenario): string => {
  const [first = ''] = Object.keys(services);
  const lost = to.loses === 'first' && services.first === undefined ? first : (to.loses ?? '');
  const entry = services[lost];
  if (entry === undefined)
    throw new NotRehearsable(
      `scenario ${name}: to.loses: there is no service ${lost}; expected one of ${Object.keys(services).join(', ')}`,
    );
  const { images = {}, targets, onFailure, maxDeletes } = entry;
  const kept = { images, targets, onFailure, maxDeletes };
  services[lost] = {
    jsonnet: lostFile,
    ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
  };
  return "{ rest: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rest' }, data: {} } }\n";
};

const scrapeEvery = (windows: readonly string[]): number =>
  Math.min(15_000, Math.max(1_000, Math.floor(Math.min(...windows.map(durationMs), 75_000) / 5_000) * 1_000));

/** Until every window has been full once, and has been looked at. */
const settledFor = (windows: readonly string[]): number =>
  Math.min(3_600_000, Math.max(60_000, 2 * Math.max(0, ...windows.map(durationMs))));
