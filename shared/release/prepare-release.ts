import type { AccessPolicy } from '../access/policy.ts';
import type { Digest } from '../blobs/blobs.ts';
import { putJson } from '../blobs/json.ts';
import { keepAccess, keepPrivate } from '../ledger/access.ts';
import { recordEvent } from '../ledger/events.ts';
import { notePrepared, readRollout } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import { everyTarget } from '../rollout/every-target.ts';
import { brief } from '../rollout/outcome.ts';
import { waveExecution } from '../rollout/own-rollout.ts';
import type { Release, ReleaseTarget, RenderedTarget, ServicePolicy } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Following } from '../rollout/wave.ts';

/** A config without a mistake, with its target list frozen. */
export interface Fleet
  extends Pick<
    Release,
    | 'waves'
    | 'gates'
    | 'metrics'
    | 'roles'
    | 'settled'
    | 'deletes'
    | 'windows'
    | 'alerts'
    | 'drift'
    | 'flags'
    | 'flagStores'
    | 'probers'
  > {
  /** Without the private ones, which follow. */
  readonly targets: readonly Target[];
  readonly following: readonly Following[];
  readonly access: AccessPolicy;
  readonly services: Readonly<Record<string, ServicePolicy>>;
}

export type Files = ReadonlyMap<string, Uint8Array>;

/** What preparing needs of other capabilities. Each returns or throws every mistake it finds, not the first. */
export interface PreparingTools<Config extends Fleet> {
  readFiles(commit: string, signal: AbortSignal): Promise<Files>;
  readConfig(files: Files): Promise<{ readonly ok: true; readonly fleet: Config } | Refused>;
  render(
    files: Files,
    fleet: Config,
    target: Target,
  ): Promise<{ readonly ok: true; readonly rendered: RenderedTarget } | Refused>;
}

export interface Refused {
  readonly ok: false;
  readonly problems: readonly string[];
  /** All the time one target may take was used up: the others would take as long, and are not tried. */
  readonly outOfTime?: boolean;
}

export interface PrepareRequest {
  readonly rollout: string;
  readonly commit: string;
}

/** What the state machine is told; every member is always there. */
export interface PrepareResult {
  readonly status: 'prepared' | 'refused';
  readonly release: string;
  readonly waves: readonly string[];
  /** What the executions of each are called, before their direction. */
  readonly executions: readonly string[];
  readonly cause: { readonly outcome: 'passed' | 'refused'; readonly because: string };
}

/** Shown at most; the rest is counted. */
const shownProblems = 50;

/**
 * Makes the release of a commit: reads its config, freezes which targets make its waves, renders every target, and stores all of it under
 * the release digest. Writes to no target. The same commit gives the same digest however often it is prepared.
 */
export const prepareRelease = async <Config extends Fleet>(
  { rollout, commit }: PrepareRequest,
  tools: PreparingTools<Config>,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  signal: AbortSignal,
): Promise<PrepareResult> => {
  const row = await readRollout(outside.ledger, rollout);
  // One that follows begins after newer configs were read, and a further try as well: neither brings back what an old one said.
  const since = row === undefined || row.only !== undefined ? undefined : (row.firstStartedAt ?? row.startedAt);
  const readConfig: typeof tools.readConfig = async (files) => {
    const config = await tools.readConfig(files);
    // Before anything is said that names them.
    if (config.ok && since !== undefined) await keepPrivate(outside.ledger, config.fleet.access.privateTargets, since);
    return config;
  };
  const built = await buildRelease(commit, { ...tools, readConfig }, outside.blobs, signal, row?.only);
  if (!built.ok) return refuse(rollout, built.problems, outside);
  const { release, digest, fleet } = built;
  if (since !== undefined) await keepAccess(outside.ledger, fleet.access, namesOf(fleet), since);
  const waves = release.waves.map((wave) => wave.name);
  await notePrepared(outside.ledger, rollout, digest, waves);
  await recordEvent(outside.ledger, rollout, 'prepared', {
    at: outside.clock.now(),
    kind: 'prepared',
    text: `release ${digest.slice(7, 19)}: ${Object.keys(release.services).length} services for ${Object.keys(release.targets).length} targets in waves ${waves.join(', ')}`,
    details: { release: digest },
  });
  const executions = waves.map((wave) => waveExecution(rollout, wave));
  return { status: 'prepared', release: digest, waves, executions, cause: { outcome: 'passed', because: 'prepared' } };
};

/**
 * The release of a commit, stored under its digest, or all that is wrong with it: for the fleet, and then with what is wrong for private
 * targets too; or for one private target. Also what `tidegate plan` looks at.
 */
export const buildRelease = async <Config extends Fleet>(
  commit: string,
  tools: PreparingTools<Config>,
  blobs: Outside['blobs'],
  signal: AbortSignal,
  only?: string,
): Promise<
  { readonly ok: true; readonly release: Release; readonly digest: Digest; readonly fleet: Config } | Refused
> => {
  const read = await readAll(commit, tools, signal);
  if (!read.ok) return read;
  const { files } = read;
  const config = await tools.readConfig(files);
  if (!config.ok) return config;
  const targets: Record<string, ReleaseTarget> = {};
  const problems: string[] = [];
  const { following } = config.fleet;
  const own = following.find(({ target }) => target.name === only);
  if (only !== undefined && own === undefined)
    return { ok: false, problems: [`target ${only} is no private target any more`] };
  const taken = own === undefined ? config.fleet.targets : [own.target];
  const others = own === undefined ? following.map(({ target }) => target) : [];
  for (const target of [...taken, ...others]) {
    const result = await tools.render(files, config.fleet, target);
    if (result.ok && others.includes(target)) continue;
    if (result.ok) targets[target.name] = { ...target, rendered: await putJson(blobs, result.rendered) };
    else problems.push(...result.problems);
    if (!result.ok && result.outOfTime) break;
  }
  if (problems.length > 0) return { ok: false, problems: [...new Set(problems)] };
  const { gates, metrics, services, settled, roles, deletes, windows, alerts, drift, flags, flagStores, probers } =
    config.fleet;
  const release: Release = {
    targets,
    waves: own === undefined ? config.fleet.waves : [own.wave],
    gates,
    metrics,
    services,
    settled,
    roles,
    deletes,
    ...(windows === undefined ? {} : { windows }),
    ...(alerts === undefined ? {} : { alerts }),
    ...(drift === undefined ? {} : { drift }),
    ...(own === undefined && following.length > 0 ? { following: following.map(({ target }) => target.name) } : {}),
    ...(flags === undefined ? {} : { flags }),
    ...(flagStores === undefined ? {} : { flagStores }),
    ...(probers === undefined ? {} : { probers }),
  };
  return { ok: true, release, digest: await putJson(blobs, release), fleet: config.fleet };
};

const namesOf = (fleet: Fleet): ReadonlySet<string> => new Set(everyTarget(fleet).map(({ name }) => name));

/** The files, or why the repository itself is not one that may be read, as with a symbolic link in it. */
const readAll = async <Config extends Fleet>(
  commit: string,
  tools: PreparingTools<Config>,
  signal: AbortSignal,
): Promise<{ readonly ok: true; readonly files: Files } | Refused> => {
  try {
    return { ok: true, files: await tools.readFiles(commit, signal) };
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ConfigRefused')) throw error;
    return { ok: false, problems: [error.message] };
  }
};

const refuse = async (
  rollout: string,
  problems: readonly string[],
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<PrepareResult> => {
  const because =
    problems.length === 1
      ? `refused, nothing written to any target: ${problems[0]}`
      : `refused, nothing written to any target: ${problems.length} problems, the first: ${problems[0]}`;
  await recordEvent(ledger, rollout, 'refused', {
    at: clock.now(),
    kind: 'prepared',
    text: brief(because, 2000),
    details: problems.slice(0, shownProblems),
  });
  return {
    status: 'refused',
    release: '',
    waves: [],
    executions: [],
    cause: { outcome: 'refused', because: brief(because) },
  };
};
