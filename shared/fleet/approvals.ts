import type { DeleteRules } from '../rollout/release.ts';
import type { ApprovalSpec } from '../rollout/wave.ts';
import type { FleetFile, WaveEntry } from './config.ts';
import { durationMs } from './duration.ts';

/** Who approves, and within which time. */
export const toApproval = ({ roles, people, expires }: NonNullable<WaveEntry['approval']>): ApprovalSpec => ({
  roles,
  people,
  expiresMs: durationMs(expires),
});

/** What a release may delete, and who may approve more. */
export const toDeleteRules = ({ max, protect, approval }: FleetFile['deletes']): DeleteRules => ({
  max,
  protect,
  ...(approval === undefined ? {} : { approval: toApproval(approval) }),
});
