import type { Found } from './check.ts';

/** How many functions an account may run at once: in all, set aside for functions of this stack, and of those that no function has for itself. */
export interface Limits {
  readonly all: number;
  readonly own: number;
  readonly unreserved: number;
}

/** What `concurrency=reserved` in serverless.yml sets aside, by function. A test holds it to the template. */
export const setAside: Readonly<Record<string, number>> = {
  ...{ receiveArtifact: 5, receiveMerge: 5, receiveAlerts: 10, receiveTest: 5, serveConsole: 20, diagnose: 5 },
  ...{ probeAvailability: 5, watchProbers: 1, detectDrift: 1, keepBlobs: 1, sweepTurns: 1, chainAudit: 1 },
};

const reserved = Object.values(setAside).reduce((sum, count) => sum + count, 0);
/** What Lambda wants left besides. */
const leastLeft = 100;

/**
 * Whether what comes from outside can take the calls that a deployment needs. What others of the account have set aside is not ours, and is not
 * left to us. Nothing is refused: with few at a time Step Functions tries again, and a wave takes longer. Pure.
 */
export const assessLimits = ({ all, own, unreserved }: Limits): Found => {
  const raise = 'ask AWS for more (Service Quotas, Lambda, "Concurrent executions")';
  const deploy = 'deploy with --param=concurrency=reserved (docs/deploy.md)';
  const others = all - unreserved - own;
  const left = others === 0 ? '' : `; others have set ${others} aside, which leaves ${unreserved}`;
  if (own === 0 && unreserved < reserved + leastLeft)
    return {
      status: 'warning',
      found: `this account runs ${all} functions at once${left}, too few to set any aside: a wave over many targets goes slowly, and slower while much comes in`,
      next: `${raise}, then ${deploy}`,
    };
  if (own > 0)
    return {
      status: 'ok',
      found: `${all} at once, ${own} of them set aside for Tidegate${left || `; ${unreserved} are left`}`,
    };
  return {
    status: 'ok',
    found: `${all} at once, none set aside for Tidegate${left}: other functions of the account can take them all; ${deploy} bounds what comes from outside`,
  };
};
