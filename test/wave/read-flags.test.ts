import { expect, test } from 'vitest';
import type { FlagRead } from '../../shared/flags/flag-place.ts';
import type { Served } from '../../shared/flags/read-served.ts';
import type { Release } from '../../shared/rollout/release.ts';
import { firstUnserved, readFlags } from '../../shared/wave/read-flags.ts';
import { never, targetNamed } from '../analysis/asking.ts';

const release: Release = {
  ...{ targets: {}, waves: [], gates: {}, metrics: {}, services: {}, settled: [], roles: {} },
  deletes: { max: 5, protect: [] },
};
const flagAt = (flag: string) => ({ flag, store: 'main', key: flag, wave: 'w' });

/** Answers after a time-out of ten seconds where a name is dead, else at once; how long all of it took. */
const timed = () => {
  const waiting: (() => void)[] = [];
  let timeouts = 0;
  /** Everything that waits at one moment waits for the same time-out. */
  const late = () =>
    new Promise<void>((resolve) => {
      if (waiting.length === 0) {
        setImmediate(() => {
          timeouts += 1;
          for (const go of waiting.splice(0)) go();
        });
      }
      waiting.push(resolve);
    });
  return { late, timeouts: () => timeouts };
};

test('a store that does not answer costs all of its flags one time-out, and what is said stays in their order', async () => {
  const { late, timeouts } = timed();
  const readFlag = async (): Promise<FlagRead> => {
    await late();
    return { status: 'unreachable', because: 'it does not answer' };
  };
  const flags = ['a', 'b', 'c', 'd', 'e'].map(flagAt);
  const read = await readFlags(flags, release, { readFlag }, never);
  expect(read.map(([{ flag }, { status }]) => [flag, status])).toEqual(flags.map(({ flag }) => [flag, 'unreachable']));
  expect(timeouts()).toBe(1);
});

const targets = Array.from({ length: 300 }, (_, at) => targetNamed(`t${at}`));
const asked = [{ flag: flagAt('dark'), wanted: { value: true } }];

test('what does not answer on any of three hundred targets costs one time-out: nobody is asked after that', async () => {
  const { late, timeouts } = timed();
  let questions = 0;
  const readServed = async (): Promise<Served> => {
    questions += 1;
    await late();
    return { status: 'unknown', because: 'it does not answer' };
  };
  const found = await firstUnserved(asked, targets, () => true, release, { readServed }, never);
  expect(found?.served.because).toBe('it does not answer');
  expect([questions, timeouts()]).toEqual([128, 1]);
});

test('what does not answer and is not waited for costs as few as there are turns; what is said is the first in order', async () => {
  const { late, timeouts } = timed();
  const readServed = async (...[, , , { name }]: readonly [unknown, unknown, unknown, { readonly name: string }]) => {
    if (name === 't299' || name === 't298') return { status: 'other', because: `${name} is false` } as const;
    await late();
    return { status: 'unknown', because: 'it does not answer' } as const;
  };
  const isOther = ({ status }: Served) => status === 'other';
  const found = await firstUnserved(asked, targets, isOther, release, { readServed }, never);
  expect(found?.served).toEqual({ status: 'other', because: 't298 is false' });
  expect(timeouts()).toBeLessThanOrEqual(3);
});
