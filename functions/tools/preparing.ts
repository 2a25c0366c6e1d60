import { assessQuery } from '../../shared/analysis/assess-query.ts';
import { unpinnedImages } from '../../shared/apply/images.ts';
import { withConfigHashes } from '../../shared/apply/restarts/config-hash.ts';
import { findProviders } from '../../shared/apply/restarts/find-providers.ts';
import { workloadsOf } from '../../shared/apply/restarts/workload.ts';
import { toDeleteRules } from '../../shared/fleet/approvals.ts';
import type { FleetConfig } from '../../shared/fleet/config.ts';
import { toFlags } from '../../shared/fleet/flags.ts';
import { toGates } from '../../shared/fleet/gates.ts';
import { toMetricSources } from '../../shared/fleet/metric-sources.ts';
import { parseConfig } from '../../shared/fleet/parse-config.ts';
import { printProblem } from '../../shared/fleet/problem.ts';
import { serviceSources, toPolicies } from '../../shared/fleet/service-sources.ts';
import { toSettledRule } from '../../shared/fleet/settled.ts';
import { toTargets } from '../../shared/fleet/targets.ts';
import { toWindows } from '../../shared/fleet/windows.ts';
import { fetchCommit } from '../../shared/intake/read-config.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Fleet, PreparingTools } from '../../shared/release/prepare-release.ts';
import { describeProblem, isOutOfTime, RenderFailed } from '../../shared/render/render-failed.ts';
import { renderTarget } from '../../shared/render/render-target.ts';
import { openRepository, type Repository } from '../../shared/render/repository.ts';
import type { RenderedTarget } from '../../shared/rollout/release.ts';
import type { Target } from '../../shared/rollout/target.ts';

/** A fleet with the entries that its services are rendered from. */
export interface ConfiguredFleet extends Fleet {
  readonly entries: FleetConfig['services'];
  /** The commit's files, each parsed once for all targets. */
  readonly repository: Repository;
}

/** How a commit becomes a release: its files from git, its config checked, its targets rendered. */
export const preparingTools = (outside: Outside): PreparingTools<ConfiguredFleet> => ({
  readFiles: (commit, signal) => fetchCommit(outside, commit, signal),
  ...configTools(outside.jsonnet, outside.settings.configRepository.config),
});

/** How files are checked and rendered, wherever they come from. `config` is the path of the config file among them. */
export const configTools = (
  jsonnet: Outside['jsonnet'],
  config: string,
): Pick<PreparingTools<ConfiguredFleet>, 'readConfig' | 'render'> => ({
  readConfig: async (files) => {
    const parsed = await parseConfig(files, config, jsonnet, assessQuery);
    return parsed.ok
      ? { ok: true, fleet: { ...fleetOf(parsed.config), repository: openRepository(files) } }
      : { ok: false, problems: parsed.problems.map(printProblem) };
  },
  render: async (files, fleet, target) => {
    try {
      const services = serviceSources(fleet.entries, target);
      const rendered = await renderTarget({ files, services, target }, jsonnet, fleet.repository);
      const problems = [...unpinned(rendered), ...lostDependencies(rendered, fleet, target)];
      return problems.length > 0 ? { ok: false, problems } : { ok: true, rendered: hashed(rendered, fleet, target) };
    } catch (error) {
      if (!(error instanceof RenderFailed)) throw error;
      return {
        ok: false,
        problems: error.problems.map(describeProblem),
        outOfTime: error.problems.some(isOutOfTime),
      };
    }
  },
});

const fleetOf = (config: FleetConfig): Omit<ConfiguredFleet, 'repository'> => ({
  targets: toTargets(config.targets),
  waves: config.frozen,
  gates: toGates(config.gates, config.frozen, config.metrics),
  metrics: toMetricSources(config.metrics),
  services: toPolicies(config.services),
  settled: config.settled.map(toSettledRule),
  roles: config.roles,
  deletes: toDeleteRules(config.deletes),
  ...toWindows(config.windows),
  ...toFlags(config),
  entries: config.services,
});

/** Every image by digest: a tag could be another image tomorrow, or on another target. */
const unpinned = (rendered: RenderedTarget): readonly string[] =>
  rendered.services.flatMap(({ objects }) =>
    objects.flatMap(({ object, source }) =>
      unpinnedImages([object]).map(
        ({ container, image }) =>
          `IMAGE_TAG ${source}: container ${container} has image ${image}; expected repository@sha256:<64 hexadecimal digits>`,
      ),
    ),
  );

/** Dependencies between workloads that lead nowhere on the target, or in a circle: known as soon as its workloads are. */
const lostDependencies = (rendered: RenderedTarget, fleet: Fleet, { name, namespace }: Target): readonly string[] => {
  const services = new Set(rendered.services.map(({ service }) => service));
  return findProviders(workloadsOf(rendered, namespace), services, fleet.services).mistakes.map(
    ({ code, because }) => `${code} target ${name}: ${because}`,
  );
};

/** Pods of services that ask for it carry a hash of what they read, so that a change of that is a change of them. */
const hashed = (rendered: RenderedTarget, { entries }: ConfiguredFleet, { namespace }: Target): RenderedTarget => {
  const asking = Object.entries(entries).filter(([, { restartOnConfigChange }]) => restartOnConfigChange);
  return withConfigHashes(rendered, namespace, new Set(asking.map(([service]) => service)));
};
