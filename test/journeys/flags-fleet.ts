import { fleetConfig } from './fleet-config.ts';

/** Two waves, whose flag new-checkout is kept in a definition file of flagd for each; short soaks, for stories that need several rollouts. */
export const flagsConfig = (version: string, waves: Readonly<Record<string, unknown>> = {}): string => {
  const whole = JSON.parse(fleetConfig(version));
  const targets = ['eks-staging', 'eks-internal', 'gke-internal'];
  const { 'api-up': up, errors } = whole.gates;
  const shorter = (query: string): string => query.replace('[1m]', '[20s]');
  return fleetConfig(version, {
    targets: Object.fromEntries(
      targets.map((name) => [name, { ...whole.targets[name], labels: { ...whole.targets[name].labels, size: 'xs' } }]),
    ),
    waves: whole.waves.slice(0, 2).map((wave: object) => ({ ...wave, soak: '30s', inconclusiveWithin: '2m' })),
    gates: {
      'api-up': { ...up, minSamples: 10 },
      errors: {
        ...errors,
        metric: { source: 'prod', errors: shorter(errors.metric.errors), requests: shorter(errors.metric.requests) },
      },
    },
    ...(Object.keys(waves).length === 0
      ? {}
      : {
          flagStores: {
            main: {
              flagd: { bucket: 'acme-flags', region: 'us-east-1', object: 'flags/{wave}.json' },
              ofrep: 'https://{target}.flags.example.com',
              seenWithin: '30s',
            },
          },
          flags: { 'new-checkout': { store: 'main', service: 'web', waves } },
        }),
  });
};

/** The definition file of a wave, the flag off. */
export const definitionFile = (variant: 'on' | 'off' = 'off'): string =>
  JSON.stringify({
    $schema: 'https://flagd.dev/schema/v0/flags.json',
    flags: {
      'new-checkout': { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: variant, targeting: {} },
      other: { state: 'ENABLED', variants: { a: 'a' }, defaultVariant: 'a' },
    },
  });
