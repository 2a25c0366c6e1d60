import { expect, test } from 'vitest';
import { targetStatus } from '../../../console/views/target-status.ts';
import { waveStatus } from '../../../console/views/wave-status.ts';
import { planOf, results, waveRows } from './wave.ts';

const deployed = results({ a: 'deployed' });

test.each([
  ['nothing was begun', waveRows({}), [], { status: 'not-started' }],
  ['it was begun', waveRows({}), ['a'], { status: 'deploying' }],
  [
    'it has the release, others have not',
    waveRows({ forward: { deployments: deployed } }),
    ['a'],
    { status: 'deployed' },
  ],
  [
    'its wave is judged',
    waveRows({ forward: { deployments: deployed, progress: { judgingAt: 1 } } }),
    ['a'],
    { status: 'soaking' },
  ],
  [
    'its wave passed',
    waveRows({ forward: { deployments: deployed, progress: { judgingAt: 1, outcome: 'passed' } } }),
    ['a'],
    { status: 'verified' },
  ],
  [
    'its wave failed after it was deployed',
    waveRows({ forward: { deployments: deployed, progress: { judgingAt: 1, outcome: 'failed' } } }),
    ['a'],
    { status: 'deployed' },
  ],
  [
    'its deployment failed',
    waveRows({ forward: { deployments: results({ a: 'failed' }) } }),
    ['a'],
    { status: 'failed', because: 'crashed' },
  ],
  [
    'it was lost on the way',
    waveRows({ forward: { deployments: results({ a: 'lost' }) } }),
    ['a'],
    { status: 'lost', because: 'crashed' },
  ],
  [
    'it could not be read when the wave was planned',
    waveRows({ forward: { plan: planOf(['b'], ['a']) } }),
    [],
    { status: 'lost', because: 'no route' },
  ],
  [
    'its deployment died without a word',
    waveRows({ forward: { progress: { outcome: 'failed' } } }),
    ['a'],
    { status: 'failed', because: 'its deployment ended without a result' },
  ],
  [
    'it is on its way back',
    waveRows({ forward: { deployments: deployed }, back: { plan: planOf(['a']) } }),
    ['a'],
    { status: 'going-back' },
  ],
  [
    'it is back',
    waveRows({ forward: { deployments: deployed }, back: { plan: planOf(['a']), deployments: deployed } }),
    ['a'],
    { status: 'back' },
  ],
  [
    'it failed on the way back',
    waveRows({ back: { plan: planOf(['a']), deployments: results({ a: 'failed' }) } }),
    ['a'],
    { status: 'failed', because: 'not back: crashed' },
  ],
  [
    'it can not be reached to go back',
    waveRows({ back: { plan: planOf([], ['a']) } }),
    ['a'],
    { status: 'lost', because: 'not back: no route' },
  ],
] as const)('a target when %s', (_, rows, begun, expected) => {
  expect(targetStatus('a', rows, new Set(begun))).toEqual(expected);
});

const asked = {
  approval: 'ap-1',
  rollout: 'ro-1',
  wave: 'one',
  release: 'sha256:1',
  plan: 'sha256:2',
  roles: [],
  holders: [],
  people: 1,
  authors: [],
  askedAt: 0,
  expiresAt: 1,
  votes: [],
} as const;
const mine = { rollout: 'ro-1', since: 1 };
const other = { rollout: 'ro-2', since: 1 };

test.each([
  ['nobody came to it', waveRows({}), 'not-started'],
  ['another holds it and nobody waits', waveRows({ more: { holder: other } }), 'not-started'],
  ['another holds it and this one waits', waveRows({ more: { holder: other, queue: [mine] } }), 'queued'],
  ['this one holds it', waveRows({ more: { holder: mine } }), 'planning'],
  ['it is planned', waveRows({ forward: { progress: { plannedAt: 1 } } }), 'checking'],
  [
    'people are asked',
    waveRows({ forward: { progress: { plannedAt: 1 } }, more: { approval: asked } }),
    'waiting-for-approval',
  ],
  [
    'people have said yes',
    waveRows({
      forward: { progress: { plannedAt: 1, deployingAt: 2 } },
      more: { approval: { ...asked, decision: 'approved' } },
    }),
    'deploying',
  ],
  ['its gates are judged', waveRows({ forward: { progress: { deployingAt: 1, judgingAt: 2 } } }), 'soaking'],
  ['it passed', waveRows({ forward: { progress: { judgingAt: 2, outcome: 'passed' } } }), 'passed'],
  ['nobody decided', waveRows({ forward: { progress: { outcome: 'aborted' } }, more: { approval: asked } }), 'aborted'],
  ['its outcome is a word of tomorrow', waveRows({ forward: { progress: { outcome: 'melted' } } }), 'failed'],
  [
    'it passed and there was nothing to take back',
    waveRows({ forward: { progress: { outcome: 'passed' } }, back: { progress: { outcome: 'passed' } } }),
    'passed',
  ],
  [
    'it failed and goes back',
    waveRows({ forward: { progress: { outcome: 'failed' } }, back: { plan: planOf(['a']) } }),
    'going-back',
  ],
  [
    'it is back',
    waveRows({
      forward: { progress: { outcome: 'failed' } },
      back: { plan: planOf(['a']), progress: { outcome: 'passed' } },
    }),
    'back',
  ],
  [
    'it could not go back',
    waveRows({
      forward: { progress: { outcome: 'failed' } },
      back: { plan: planOf(['a']), progress: { outcome: 'failed' } },
    }),
    'failed',
  ],
] as const)('a wave when %s', (_, rows, expected) => {
  expect(waveStatus('ro-1', rows)).toBe(expected);
});
