import { alertSecret } from '../../shared/intake/receive-alerts.ts';
import { type FlagSpec, type FlagStore, inWave } from '../../shared/rollout/flag.ts';
import type { GateSpec } from '../../shared/rollout/gate.ts';
import type { MetricSource } from '../../shared/rollout/metric-source.ts';
import type { Release } from '../../shared/rollout/release.ts';
import { testSecret } from '../../shared/test-gates/answer-url.ts';

type Naming = Pick<Release, 'metrics' | 'gates' | 'alerts' | 'flags' | 'flagStores'>;

/**
 * Names of the secrets that a config can not do without, sorted: of its metric stores, of its stores of flags in each wave that has some of
 * theirs, of tests that run elsewhere, and what senders of alerts have where it says what those are about. Not those of private targets'
 * channels, which name customers. Pure.
 */
export const namedSecrets = ({ metrics, gates, alerts = [], flags = {}, flagStores = {} }: Naming): readonly string[] =>
  [
    ...new Set(
      [
        ...Object.values(metrics).flatMap(ofMetrics),
        ...Object.entries(flagStores).flatMap(([name, store]) => ofFlags(store, wavesOf(name, flags))),
        ...Object.values(gates).flatMap(ofTests),
        ...(alerts.length > 0 ? [alertSecret] : []),
      ].filter((each) => each !== undefined),
    ),
  ].sort();

type Named = readonly (string | undefined)[];

const ofMetrics = (source: MetricSource): Named => {
  const { tokenSecret, tls = {} } = source;
  return [tokenSecret, 'appKeySecret' in source ? source.appKeySecret : undefined, ...Object.values(tls)];
};

const wavesOf = (store: string, flags: Readonly<Record<string, FlagSpec>>): readonly string[] =>
  Object.values(flags)
    .filter((flag) => flag.store === store)
    .flatMap(({ waves }) => Object.keys(waves));

const ofFlags = (store: FlagStore, waves: readonly string[]): Named => {
  if (waves.length === 0) return [];
  if (!('configcat' in store)) return [store.ofrepTokenSecret];
  const { sdkKeySecret, userSecret, passwordSecret } = store.configcat;
  return [store.ofrepTokenSecret, userSecret, passwordSecret, ...waves.map((wave) => inWave(sdkKeySecret, wave))];
};

const ofTests = (gate: GateSpec): Named => {
  if (gate.kind !== 'test') return [];
  // A test that is told by a callback answers at an address that we sign.
  if ('callback' in gate.test) return [testSecret, gate.test.secret];
  return 'workflow' in gate.test ? [gate.test.tokenSecret] : [];
};
