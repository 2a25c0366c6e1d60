import type { AlertTools } from '../../shared/alerts/take-alerts.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { readKnownReleases } from '../../shared/release/known-releases.ts';
import { stopRunningWaves } from '../../shared/wave/stop-running-waves.ts';
import { keepNotice } from './tell.ts';

/** What follows from an alert. */
export const alertTools = (outside: Outside): AlertTools => ({
  readReleases: () => readKnownReleases(outside),
  stopWaves: (against) => stopRunningWaves(against, outside),
  tell: (key, text, audience) => keepNotice({ key, text, path: '' }, outside, audience),
});
