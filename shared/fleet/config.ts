import type { z } from 'zod';
import type { Following, Wave } from '../rollout/wave.ts';
import type { fleetSchema, serviceSchema, targetSchema, waveSchema } from './schema.ts';
import type { alertRuleSchema } from './schema-alerts.ts';
import type { flagSchema, flagStoreSchema } from './schema-flags.ts';
import type { gateSchema } from './schema-gates.ts';
import type { metricsSchema } from './schema-metrics.ts';
import type { settledSchema } from './schema-settled.ts';
import type { windowSchema } from './schema-windows.ts';

/** The config file as it was written, defaults filled in. Durations and rates are still text. */
export type FleetFile = z.output<typeof fleetSchema>;
export type ServiceEntry = z.output<typeof serviceSchema>;
export type TargetEntry = z.output<typeof targetSchema>;
export type WaveEntry = z.output<typeof waveSchema>;
export type GateEntry = z.output<typeof gateSchema>;
export type MetricsEntry = z.output<typeof metricsSchema>;
export type WindowEntry = z.output<typeof windowSchema>;
export type AlertRuleEntry = z.output<typeof alertRuleSchema>;
export type FlagEntry = z.output<typeof flagSchema>;
export type FlagStoreEntry = z.output<typeof flagStoreSchema>;
export type SettledEntry = z.output<typeof settledSchema>;

/** A config without a mistake: the file, and its waves with the names of their targets frozen. */
export interface FleetConfig extends FleetFile {
  readonly frozen: readonly Wave[];
  /** Private targets, which are in none of them. */
  readonly following: readonly Following[];
}
