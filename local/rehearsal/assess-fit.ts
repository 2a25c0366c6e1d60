import type { PlannedStandIns } from './plan-stand-ins.ts';
import type { Scenario } from './scenario-schema.ts';

const gateWords = { probe: 'probes', errors: 'counts errors', latency: 'measures latency' } as const;

/** Why a scenario says little of a config, which lacks what it is about; none where it fits. Pure. */
export const assessFit = (
  { needs, to }: Pick<Scenario, 'needs' | 'to'>,
  { config, gates }: PlannedStandIns,
): readonly string[] => {
  const used = new Set(config.waves.flatMap((wave) => wave.gates ?? []));
  const watched = new Set(
    gates.flatMap(({ gate, watches }) => (watches !== undefined && used.has(gate) ? [watches] : [])),
  );
  const lacking = needs.gates
    .filter((kind) => !watched.has(kind))
    .map((kind) => `no wave has a gate that ${gateWords[kind]}`);
  const soaks = config.waves.some(({ soak }) => soak !== undefined);
  const asks = config.waves.some(({ approval }) => approval !== undefined);
  const bringsImage = to.files === undefined && to.loses === undefined;
  const pins = Object.values(config.services).some(({ images = {} }) => Object.keys(images).length > 0);
  const inClouds = Object.values(config.targets).some((target) => !('kubeconfig' in target));
  return [
    ...lacking,
    ...(bringsImage && !pins ? ['no service pins an image under `images`'] : []),
    ...(config.waves.length < needs.waves ? [`it takes ${needs.waves} waves`] : []),
    ...(Object.keys(config.targets).length < needs.targets ? [`it takes ${needs.targets} targets`] : []),
    ...(needs.approval === true && !asks ? ['no wave asks for an approval'] : []),
    ...(needs.soak === true && !soaks ? ['no wave has a soak'] : []),
    ...(needs.cloud === true && !inClouds ? ['no target is on EKS, GKE or AKS'] : []),
  ];
};
