import type { Settings } from '../outside/outside.ts';
import { homeOf, probeRegions } from '../outside/probe-regions.ts';
import type { Release } from '../rollout/release.ts';

/** What is known of where this runs, and from where targets are probed. */
export type Where = Pick<Settings, 'region' | 'probeRegions' | 'homeRegion'>;

/** The regions that a wave is probed from, the home one first: those that the config names, else those of the deployment. Pure. */
export const waveRegions = ({ probers }: Pick<Release, 'probers'>, where: Where): readonly string[] => {
  const home = homeOf(where);
  return [home, ...(probers ?? probeRegions(where)).filter((region) => region !== home)];
};
