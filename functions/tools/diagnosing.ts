import { ActionRefused } from '../../console/actions.ts';
import { discover } from '../../shared/apply/discovery.ts';
import { lookAtFence } from '../../shared/apply/look-at-fence.ts';
import { neededRights } from '../../shared/apply/needed-rights.ts';
import { watchProbers } from '../../shared/availability/watch-probers.ts';
import { assertionSecret } from '../../shared/clouds/assertion.ts';
import { clusterAt, rangesOf } from '../../shared/clouds/cluster-at.ts';
import { mintFor } from '../../shared/clouds/open-cluster.ts';
import { resolveCluster } from '../../shared/clouds/resolve-cluster.ts';
import type { Found } from '../../shared/doctor/check.ts';
import { diagnoseInstallation, type InstallationTools } from '../../shared/doctor/diagnose-installation.ts';
import { diagnoseTarget, type TargetTools } from '../../shared/doctor/diagnose-target.ts';
import type { Diagnosis } from '../../shared/doctor/diagnosis.ts';
import { wantedRules } from '../../shared/doctor/wanted-rules.ts';
import { executionName } from '../../shared/intake/event-name.ts';
import { headOf } from '../../shared/intake/github.ts';
import { readRollout } from '../../shared/ledger/rollouts.ts';
import { readTargetStates } from '../../shared/ledger/target-state.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { probeRegions } from '../../shared/outside/probe-regions.ts';
import { liveVersions, machineFacts } from '../../shared/outside/state-machine.ts';
import { everyTarget } from '../../shared/rollout/every-target.ts';
import type { FenceStanding } from '../../shared/rollout/fence.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { namedSecrets } from './named-secrets.ts';
import { type ConfiguredFleet, preparingTools } from './preparing.ts';

/** Where a diagnosis is made: deployed, or by an instance on one machine, with clouds (simulated ones) or without. */
export type DiagnosedPlace = 'deployed' | 'simulated' | 'here';

/**
 * Looks at the installation; or, by its name, at one target of the newest config. Throws `ActionRefused` for a target that it does not have,
 * and in the same words for one that is hidden from whoever asks.
 */
export const diagnose = async (
  target: string | undefined,
  place: DiagnosedPlace,
  outside: Outside,
  signal: AbortSignal,
  hidden: ReadonlySet<string>,
): Promise<Diagnosis> => {
  if (target === undefined) return diagnoseInstallation(installationTools(place, outside), outside, signal);
  const commit = await headOf(outside, signal);
  const tools = preparingTools(outside);
  const files = await tools.readFiles(commit, signal);
  const read = await tools.readConfig(files);
  if (!read.ok) {
    throw new ActionRefused(
      409,
      'CONFIG_REFUSED',
      `the newest config has mistakes, so there is no target ${target}; run tidegate check`,
    );
  }
  const { fleet } = read;
  const found = allOf(fleet).find(({ name }) => name === target && !hidden.has(name));
  if (found === undefined) {
    throw new ActionRefused(
      404,
      'UNKNOWN_TARGET',
      `there is no target ${JSON.stringify(target)} in the newest config (${commit.slice(0, 12)})`,
    );
  }
  const rendered = async () => {
    const result = await tools.render(files, fleet, found);
    if (result.ok) return result.rendered;
    throw new Error(`nothing can be rendered for it: ${result.problems[0] ?? 'no reason was given'}`);
  };
  const checks = await diagnoseTarget(found, targetTools(outside, rendered), outside, signal);
  return { checks, targets: [found.name] };
};

/** How a target is found, opened and asked; `rendered` is what would be deployed to it. */
export const targetTools = (
  outside: Outside,
  rendered: () => Promise<Parameters<typeof neededRights>[0]>,
): TargetTools => ({
  resolve: ({ locator }, signal) => resolveCluster(locator, outside, signal),
  mint: ({ locator }, signal) => mintFor(locator, outside)(signal),
  open: (target, credential) => clusterAt(target, async () => credential, outside),
  rangesOf,
  neededRights: async (target, cluster, signal) =>
    neededRights(await rendered(), await discover(cluster, signal), target),
  fence: async (target, cluster, signal) => fenceFound(target, await lookAtFence(cluster, signal)),
});

const fenceFound = ({ admissionPolicy = 'install' }: Target, standing: FenceStanding): Found => {
  if (admissionPolicy === 'never')
    return { status: 'skipped', found: 'the config asks for none (admissionPolicy: never)' };
  if (standing.isEnforced) return { status: 'ok', found: 'the API server refuses stale writers' };
  const { because } = standing;
  return admissionPolicy === 'expect'
    ? {
        status: 'failed',
        found: because,
        next: 'install the policy by hand, or say admissionPolicy: install (docs/one-writer.md)',
      }
    : { status: 'warning', found: because, next: 'the next deployment installs it, where it may (docs/one-writer.md)' };
};

const installationTools = (place: DiagnosedPlace, outside: Outside): InstallationTools => {
  const { stateMachines, configRepository } = outside.settings;
  return {
    ...(place === 'deployed' ? deployedTools(stateMachines.rollout, outside) : {}),
    ...(place === 'here' ? {} : { identity: (signal: AbortSignal) => identityOf(outside, signal) }),
    machine: (arn, signal) => machineFacts(arn, outside, signal),
    live: (arn, signal) => liveVersions(arn, outside, signal),
    lookAtIssuer: async (issuer, signal) =>
      (await import('../../shared/sign-in/signing-keys.ts')).readIssuer(outside.http, issuer, signal),
    head: (signal) => headOf(outside, signal),
    readConfig: async (commit, signal) => {
      const tools = preparingTools(outside);
      const read = await tools.readConfig(await tools.readFiles(commit, signal));
      if (!read.ok) return read;
      const own = outside.settings.federation?.azureIssuer === undefined ? [] : [assertionSecret];
      return { ok: true, targets: namesOf(read.fleet), secrets: [...namedSecrets(read.fleet), ...own] };
    },
    isReported: async (commit) =>
      (await readRollout(outside.ledger, executionName(configRepository.name, commit))) !== undefined,
    probers: async () => {
      const states = await readTargetStates(outside.ledger);
      const verified = [...states.values()].filter(({ verified }) => verified !== undefined).length;
      const silent = [...new Set((await watchProbers(outside)).map(({ region }) => region))].sort();
      return { silent, expected: verified * probeRegions(outside.settings).length };
    },
  };
};

/** `tidegate-prod`, as serverless.yml names what it makes after the stack: `…:stateMachine:tidegate-prod-rollout`. */
const deployedTools = (machine: string, outside: Outside): Pick<InstallationTools, 'deployed'> => {
  const [, partition, , region, account, , name = ''] = machine.split(':');
  const stack = name.replace(/-rollout$/, '');
  const wanted = wantedRules(stack);
  const functions = `arn:${partition}:lambda:${region}:${account}:function:${stack}-`;
  return {
    deployed: {
      wanted,
      limits: async (signal) =>
        (await import('../../shared/doctor/lambda-limits.ts')).readLimits(stack, outside, signal),
      streams: async (signal) =>
        (await import('../../shared/doctor/lambda-streams.ts')).readStreams(`${functions}sendNotices`, outside, signal),
      rules: async (signal) =>
        (await import('../../shared/doctor/eventbridge.ts')).readRules(wanted, { functions }, outside, signal),
    },
  };
};

/** The client hides the headers of what it was answered; we take the date on its way. */
const identityOf = async (
  outside: Outside,
  signal: AbortSignal,
): Promise<{ readonly arn: string; readonly account: string; readonly date: string | null }> => {
  const { callerIdentity } = await import('../../shared/clouds/sts.ts');
  let date: string | null = null;
  const http: Outside['http'] = async (url, init) => {
    const response = await outside.http(url, init);
    date = response.headers.get('date');
    return response;
  };
  return { ...(await callerIdentity({ ...outside, http }, signal)), date };
};

const allOf = (fleet: Pick<ConfiguredFleet, 'targets' | 'following'>): readonly Target[] =>
  everyTarget(fleet).toSorted((a, b) => (a.name < b.name ? -1 : 1));

const namesOf = (fleet: Pick<ConfiguredFleet, 'targets' | 'following'>): readonly string[] =>
  allOf(fleet).map(({ name }) => name);
