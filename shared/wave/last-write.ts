import type { DeploymentRecord, WaveProgress } from '../ledger/waves.ts';

/** The deployment, ended when what runs there was changed last: by its own last write, or by flags of the wave that came after it. */
export const withFlags = (record: DeploymentRecord, { flagsSeenAt = 0 }: WaveProgress): DeploymentRecord =>
  flagsSeenAt <= record.endedAt ? record : { ...record, endedAt: flagsSeenAt };
