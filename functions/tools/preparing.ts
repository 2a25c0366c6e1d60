import { assessQuery } from '../../shared/analysis/assess-query.ts';
import { unpinnedImages } from '../../shared/apply/images.ts';
import { runOf } from '../../shared/apply/jobs/run-of.ts';
import { withConfigHashes } from '../../shared/apply/restarts/config-hash.ts';
import { findProviders } from '../../shared/apply/restarts/find-providers.ts';
import { workloadsOf } from '../../shared/apply/restarts/workload.ts';
import { toAccess } from '../../shared/fleet/access.ts';
import { toAlertRules } from '../../shared/fleet/alert-rules.ts';
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
      const problems = [
        ...unpinned(rendered),
        ...lostDependencies(rendered, fleet, target),
        ...unmatchedTests(rendered, fleet, target),
      ];
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
  targets: toTargets(config.targets).filter((target) => target.private === undefined),
  waves: config.frozen,
  gates: toGates(config.gates, config.frozen, config.metrics),
  metrics: toMetricSources(config.metrics),
  services: toPolicies(config.services),
  settled: config.settled.map(toSettledRule),
  roles: config.roles,
  deletes: toDeleteRules(config.deletes),
  ...toWindows(config.windows),
  following: config.following,
  access: toAccess(config),
  ...toAlertRules(config.alerts),
  ...(config.drift === 'report' ? { drift: config.drift } : {}),
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

/** Jobs that are tests and that no gate of the target's wave judges, and gates of Jobs that are not there: neither would ever stop anything. */
const unmatchedTests = (
  rendered: RenderedTarget,
  { waves, following, gates }: Fleet,
  { name }: Target,
): readonly string[] => {
  const wave =
    waves.find(({ targets }) => targets.includes(name)) ?? following.find(({ target }) => target.name === name)?.wave;
  const asked = (wave?.gates ?? []).flatMap((gate) => {
    const spec = gates[gate];
    return spec?.kind === 'test' && 'job' in spec.test ? [{ gate, job: spec.test.job }] : [];
  });
  const tests = rendered.services
    .flatMap(({ objects }) => objects)
    .flatMap(({ object, source }) => {
      const run = runOf(object);
      return run !== undefined && 'run' in run && run.run === 'test' ? [{ job: object.metadata.name, source }] : [];
    });
  return [
    ...tests
      .filter(({ job }) => !asked.some((each) => each.job === job))
      .map(
        ({ job, source }) =>
          `TEST_UNJUDGED ${source}: Job ${job} runs as a test, and wave ${wave?.name} has no gate with tests: {job: ${job}}`,
      ),
    ...asked
      .filter(({ job }) => !tests.some((each) => each.job === job))
      .map(
        ({ gate, job }) =>
          `TEST_MISSING target ${name}: gate ${gate} judges Job ${job}, and no service has one with tidegate.dev/run: test there`,
      ),
  ];
};

/** Pods of services that ask for it carry a hash of what they read, so that a change of that is a change of them. */
const hashed = (rendered: RenderedTarget, { entries }: ConfiguredFleet, { namespace }: Target): RenderedTarget => {
  const asking = Object.entries(entries).filter(([, { restartOnConfigChange }]) => restartOnConfigChange);
  return withConfigHashes(rendered, namespace, new Set(asking.map(([service]) => service)));
};
