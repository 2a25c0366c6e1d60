import type { Told } from './three-versions.ts';

const times = (count: number, text: string): readonly string[] => Array.from({ length: count }, () => text);

/** What the story of three versions comes to, in either mode and with every seed. */
export const told: Told = {
  ends: ['succeeded', 'succeeded', 'rolled_back'],
  kinds: {
    second: [
      ...['started', 'prepared', 'previewed'],
      ...['planned staging', 'batch staging', 'restart staging', 'restart staging'],
      ...['planned internal', 'batch internal', 'restart internal'],
      ...['planned external', 'approval external', 'approval external', 'batch external', 'restart external'],
      'ended',
      ...['deployment external eks-a', 'deployment internal gke-internal'],
      ...['deployment staging aks-staging', 'deployment staging eks-staging'],
      // Everywhere whether all is as deployed; in the wave with gates the probe and the metric, before and after.
      ...['verdict external', ...times(5, 'verdict internal'), 'verdict staging'],
      ...['wave external', 'wave internal', 'wave staging'],
    ],
    third: [
      ...['started', 'prepared', 'previewed'],
      ...['planned staging', 'batch staging', 'restart staging', 'restart staging'],
      ...['planned internal', 'batch internal', 'restart internal', 'stop internal'],
      // The way back: the failed wave first.
      ...['planned internal', 'batch internal', 'restart internal'],
      ...['planned staging', 'batch staging', 'restart staging', 'restart staging'],
      ...['git', 'ended'],
      ...times(2, 'deployment internal gke-internal'),
      ...times(2, 'deployment staging aks-staging'),
      ...times(2, 'deployment staging eks-staging'),
      // Two before; on the way back the probe and whether all is as it was, for the metric's window still holds what was bad.
      ...times(4, 'verdict internal'),
      ...times(2, 'verdict staging'),
      ...times(2, 'wave internal'),
      ...times(2, 'wave staging'),
    ],
  },
};
