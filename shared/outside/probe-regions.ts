import type { Settings } from './outside.ts';

/** The regions that probe, on schedule and beside a wave: those that were named at deployment, else the one there is. */
export const probeRegions = ({
  region,
  probeRegions: regions,
}: Pick<Settings, 'region' | 'probeRegions'>): readonly string[] => regions ?? [region];

/** The region of ledger and state machines, from wherever this runs. */
export const homeOf = ({ region, homeRegion = region }: Pick<Settings, 'region' | 'homeRegion'>): string => homeRegion;
