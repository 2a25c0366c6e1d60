import { expect, test } from 'vitest';
import { createQueue, EngineStopped } from '../../local/engine/queue.ts';
import { benchClock } from './bench-clock.ts';

/** A queue that begins when the test says so, and what it did, in its order. */
const heldQueue = (commit: () => void = () => {}) => {
  const did: string[] = [];
  const begins: (() => void)[] = [];
  const commits = {
    begin: () => void did.push('begin'),
    commit: () => {
      commit();
      did.push('commit');
    },
    rollback: () => void did.push('rollback'),
  };
  const queue = createQueue(benchClock(), commits, {
    jobsPerCommit: 2,
    soon: (begin) => void begins.push(begin),
    broken: (thrown) => void did.push(`broken by ${(thrown as Error).message}`),
  });
  const begin = async () => {
    for (const each of begins.splice(0)) each();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, did, begin };
};

test('what is asked until a turn begins shares its commits, and is answered after them', async () => {
  const { queue, did, begin } = heldQueue();
  const asked = ['one', 'two', 'three'].map((job) =>
    queue.ask(() => void did.push(job)).then(() => void did.push(`answered ${job}`)),
  );
  expect(did).toEqual([]);
  await begin();
  await Promise.all(asked);
  expect(did).toEqual([
    ...['begin', 'one', 'two', 'commit', 'begin', 'three', 'answered one', 'answered two', 'commit', 'answered three'],
  ]);
});

test.each([
  ['a job', 'job', ['begin', 'rollback', 'broken by job']],
  ['a commit', 'commit', ['begin', 'rollback', 'broken by commit']],
  ['an effect', 'effect', ['begin', 'commit', 'rollback', 'broken by effect']],
])('%s that throws stops the queue, and who waits is told', async (_, where, expected) => {
  const fail = (at: string) => () => {
    if (at === where) throw new Error(at);
  };
  const { queue, did, begin } = heldQueue(fail('commit'));
  queue.add(() => queue.afterCommit(fail('effect')));
  queue.add(fail('job'));
  const refused = queue.ask(() => 'late').catch((thrown: unknown) => thrown);
  await begin();
  expect(await refused).toBeInstanceOf(EngineStopped);
  expect(did).toEqual(expected);
  await expect(queue.ask(() => 'later')).rejects.toBeInstanceOf(EngineStopped);
});
