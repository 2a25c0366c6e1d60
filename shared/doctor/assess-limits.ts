import type { Found } from './check.ts';

/** How many functions an account may run at once, in all and of those that no function has for itself. */
export interface Limits {
  readonly all: number;
  readonly unreserved: number;
}

/** What `concurrency=reserved` in serverless.yml sets aside, and what Lambda wants left besides. */
const reserved = 60;
const leastLeft = 100;

/**
 * Whether what comes from outside can take the calls that a deployment needs. Nothing is refused: with few at a time Step Functions tries
 * again, and a wave takes longer. Pure.
 */
export const assessLimits = ({ all, unreserved }: Limits): Found => {
  const raise = 'ask AWS for more (Service Quotas, Lambda, "Concurrent executions")';
  const deploy = 'deploy with --param=concurrency=reserved (docs/deploy.md)';
  if (all < reserved + leastLeft)
    return {
      status: 'warning',
      found: `this account runs ${all} functions at once, too few to set any aside: a wave over many targets goes slowly, and slower while much comes in`,
      next: `${raise}, then ${deploy}`,
    };
  if (unreserved < all) return { status: 'ok', found: `${all} at once, ${all - unreserved} of them set aside` };
  return {
    status: 'ok',
    found: `${all} at once, none set aside: other functions of the account can take them all; ${deploy} bounds what comes from outside`,
  };
};
