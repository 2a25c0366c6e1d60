import type { AlertTools } from '../../shared/alerts/take-alerts.ts';
import { notify } from '../../shared/notify/notify.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { readKnownReleases } from '../../shared/release/known-releases.ts';
import { stopRunningWaves } from '../../shared/wave/stop-running-waves.ts';

/** What follows from an alert. */
export const alertTools = (outside: Outside): AlertTools => ({
  readReleases: () => readKnownReleases(outside),
  stopWaves: (against) => stopRunningWaves(against, outside),
  tell: async (key, text, audience) => {
    await notify({ key, text, link: outside.settings.console }, outside, audience);
  },
});
