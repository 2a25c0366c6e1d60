/**
 * What may stop a promotion, as configured. Text may hold placeholders, filled in per target: `{target}`, `{region}`, `{cluster}`,
 * `{account}`, `{namespace}` and `{label.NAME}`.
 */
export type GateSpec = ProbeGate | MetricGate;

/** Availability seen from outside, measured before, during and after the writes of a wave. */
export interface ProbeGate {
  readonly kind: 'probe';
  readonly check: Check;
  /** First attempts a second and target. */
  readonly rate: number;
  readonly timeoutMs: number;
  /** The share of failed first attempts from which the gate fails; 0 means that no failure is borne. */
  readonly failuresBelow: number;
  /** Fewer first attempts than this in the window: inconclusive. */
  readonly minSamples: number;
  /** Failed first attempts in a row on one target, each confirmed by its retry, that stop the wave at once. */
  readonly consecutive: number;
}

export type Check =
  | { readonly http: string; readonly status: readonly number[]; readonly body?: string }
  | { readonly tcp: string }
  | { readonly tls: string; readonly minDaysLeft: number };

/** A number from a metric store against a threshold, before each transition and through the soak. */
export interface MetricGate {
  readonly kind: 'metric';
  /** Name of an entry of `metrics` in the config. */
  readonly source: string;
  /** One value, or two counts whose quotient is taken here so that no traffic is seen as no traffic. */
  readonly query: { readonly value: string } | { readonly errors: string; readonly requests: string };
  readonly failAbove?: number;
  readonly failBelow?: number;
  /** With two counts: fewer requests than this is inconclusive. */
  readonly minRequests: number;
  /** How often it is measured during the soak. */
  readonly intervalMs: number;
  /** How old the newest point may be. */
  readonly maxAgeMs: number;
}

export interface MetricSource {
  readonly prometheus: string;
  /** Name of the secret whose value is sent as a bearer token. */
  readonly tokenSecret?: string;
  /** Private address ranges (CIDR) it may be found at. */
  readonly allow: readonly string[];
}
