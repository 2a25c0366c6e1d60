import { expect, test } from 'vitest';
import { assessLimits } from '../../shared/doctor/assess-limits.ts';

test.each([
  [
    'a new account is told what it can not do, and what to ask for',
    { all: 10, own: 0, unreserved: 10 },
    {
      status: 'warning',
      found:
        'this account runs 10 functions at once, too few to set any aside: a wave over many targets goes slowly, and slower while much comes in',
      next: 'ask AWS for more (Service Quotas, Lambda, "Concurrent executions"), then deploy with --param=concurrency=reserved (docs/deploy.md)',
    },
  ],
  [
    'one that shares is told that it need not',
    { all: 1000, own: 0, unreserved: 1000 },
    {
      status: 'ok',
      found:
        '1000 at once, none set aside for Tidegate: other functions of the account can take them all; deploy with --param=concurrency=reserved (docs/deploy.md) bounds what comes from outside',
    },
  ],
  [
    'one that does not is well',
    { all: 1000, own: 60, unreserved: 940 },
    { status: 'ok', found: '1000 at once, 60 of them set aside for Tidegate; 940 are left' },
  ],
  [
    'what others have set aside is not taken for ours',
    { all: 1000, own: 0, unreserved: 941 },
    {
      status: 'ok',
      found:
        '1000 at once, none set aside for Tidegate; others have set 59 aside, which leaves 941: other functions of the account can take them all; deploy with --param=concurrency=reserved (docs/deploy.md) bounds what comes from outside',
    },
  ],
  [
    'beside those of others ours are counted alone',
    { all: 1000, own: 59, unreserved: 441 },
    {
      status: 'ok',
      found: '1000 at once, 59 of them set aside for Tidegate; others have set 500 aside, which leaves 441',
    },
  ],
  [
    'where others have left too little, the deployment that Lambda would refuse is not asked for',
    { all: 1000, own: 0, unreserved: 159 },
    {
      status: 'warning',
      found:
        'this account runs 1000 functions at once; others have set 841 aside, which leaves 159, too few to set any aside: a wave over many targets goes slowly, and slower while much comes in',
      next: 'ask AWS for more (Service Quotas, Lambda, "Concurrent executions"), then deploy with --param=concurrency=reserved (docs/deploy.md)',
    },
  ],
])('%s', (_, limits, found) => {
  expect(assessLimits(limits)).toEqual(found);
});
