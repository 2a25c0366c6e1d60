import type { WantedRule } from './assess-rules.ts';

/** What runs by the clock. A test holds it to serverless.yml. */
const scheduled = ['detectDrift', 'probeAvailability', 'watchProbers', 'keepBlobs', 'sweepTurns', 'chainAudit'];

/** The functions that something outside a rollout has to call, on the stack's own bus too. Pure. */
export const wantedRules = (bus: string): readonly WantedRule[] => [
  ...scheduled.map((name) => ({ function: name, isSchedule: true })),
  { function: 'receiveArtifact', isSchedule: false },
  { function: 'receiveArtifact', bus, isSchedule: false },
];
