import type { ServiceSource } from '../render/service-source.ts';
import type { ServicePolicy } from '../rollout/release.ts';
import { selects } from '../rollout/selector.ts';
import type { Target } from '../rollout/target.ts';
import type { FleetFile, ServiceEntry } from './config.ts';

/** The services that a target has, by name, as they are rendered. What they depend on is left out where the target lacks it. */
export const serviceSources = (services: FleetFile['services'], target: Target): readonly ServiceSource[] => {
  const chosen = Object.entries(services).filter(([, service]) => selects(service.targets, target));
  const names = new Set(chosen.map(([name]) => name));
  return chosen
    .map(([name, service]) => ({
      name,
      dependsOn: service.dependsOn.filter((needed) => names.has(needed)),
      images: service.images,
      source: sourceOf(service),
      overrides: service.overrides,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

/** What the release says of each service. */
export const toPolicies = (services: FleetFile['services']): Readonly<Record<string, ServicePolicy>> =>
  Object.fromEntries(
    Object.entries(services).map(([name, { onFailure, dependsOn, images, workloads, maxDeletes }]) => [
      name,
      {
        ...{ onFailure, dependsOn, images },
        ...(Object.keys(workloads).length === 0 ? {} : { workloads }),
        ...(maxDeletes === undefined ? {} : { maxDeletes }),
      },
    ]),
  );

const sourceOf = (service: ServiceEntry): ServiceSource['source'] =>
  'jsonnet' in service ? { jsonnet: service.jsonnet } : { manifests: service.manifests };
