import { expect, test } from 'vitest';
import { assessLimits } from '../../shared/doctor/assess-limits.ts';

test.each([
  [
    'a new account is told what it can not do, and what to ask for',
    { all: 10, unreserved: 10 },
    {
      status: 'warning',
      found:
        'this account runs 10 functions at once, too few to set any aside: a wave over many targets goes slowly, and slower while much comes in',
      next: 'ask AWS for more (Service Quotas, Lambda, "Concurrent executions"), then deploy with --param=concurrency=reserved (docs/deploy.md)',
    },
  ],
  [
    'one that shares is told that it need not',
    { all: 1000, unreserved: 1000 },
    {
      status: 'ok',
      found:
        '1000 at once, none set aside: other functions of the account can take them all; deploy with --param=concurrency=reserved (docs/deploy.md) bounds what comes from outside',
    },
  ],
  [
    'one that does not is well',
    { all: 1000, unreserved: 940 },
    { status: 'ok', found: '1000 at once, 60 of them set aside' },
  ],
])('%s', (_, limits, found) => {
  expect(assessLimits(limits)).toEqual(found);
});
