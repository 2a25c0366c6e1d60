import { fleetConfig } from '../../test/journeys/fleet-config.ts';

/** A config of so many targets on EKS, a tenth of them staging, a tenth internal, in waves that soak for so long and ask nobody. */
export const fleetOf =
  (count: number, minutes: number) =>
  (version: string): string => {
    const stageOf = (number: number) =>
      number < count / 10 ? 'staging' : number < count / 5 ? 'internal' : 'external';
    const targets = Object.fromEntries(
      Array.from({ length: count }, (_, number) => [
        `eks-${number}`,
        {
          eks: { account: '111111111111', region: 'us-east-1', cluster: `c${number}` },
          labels: { stage: stageOf(number), size: 'xs' },
        },
      ]),
    );
    const wave = (name: string) => ({
      name,
      targets: { stage: name },
      batches: [1, '25%', '50%', '100%'],
      soak: `${minutes}m`,
      gates: ['api-up', 'errors'],
    });
    const { gates } = JSON.parse(fleetConfig(version));
    return fleetConfig(version, {
      targets,
      waves: ['staging', 'internal', 'external'].map(wave),
      // A rehearsal probes as often as it is told to; what is counted does not depend on it.
      gates: {
        ...gates,
        'api-up': { ...gates['api-up'], probe: { ...gates['api-up'].probe, rate: '6/m' }, minSamples: 2 },
      },
    });
  };
