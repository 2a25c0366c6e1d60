import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ListExecutionsCommand, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import type { InvokeCall } from '../../local/engine/calls.ts';
import { memoryFolder } from '../memory-folder.ts';
import { benchClock } from './bench-clock.ts';
import { CHILD, EVERY_STATE, EVERY_STATE_OUTPUT, functionsOf, ITEMS } from './every-state.ts';
import { type Workbench, workbench } from './workbench.ts';

interface Run {
  readonly status: string | undefined;
  readonly output: unknown;
  readonly types: readonly string[];
  readonly transitions: number;
  readonly calls: readonly InvokeCall[];
  readonly children: number;
}

/**
 * Runs the machine on a file. The engine dies before its transition number `dieBefore`, and another one goes on with the file.
 * A transition reads the time once, so the clock counts them.
 */
const run = async (file: string, dieBefore: number): Promise<Run> => {
  const clock = benchClock();
  const calls: InvokeCall[] = [];
  let transitions = 0;
  let armed = false;
  let bench: Workbench;
  const refusals = new Set<string>();
  const send = async (token: string): Promise<void> => {
    try {
      await bench.client.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"answer":"yes"}' }));
    } catch (refused) {
      const { name } = refused as Error;
      refusals.add(name);
      // The engine died under the request: ask again. A task that was called twice is answered twice, once in vain.
      if (name === 'ServiceUnavailable') answer(token);
    }
  };
  const answer = (token: string): void => void clock.after(20_000, () => clock.hold(send(token)));
  const open = (seed: string, mayDie: boolean): Workbench => {
    const opened: Workbench = workbench({
      ...{ database: file, functions: functionsOf(answer), objects: ITEMS, calls, seed },
      clock: {
        ...clock,
        now: () => {
          if (armed) transitions += 1;
          if (armed && mayDie && transitions === dieBefore) void opened.engine.stop();
          return clock.now();
        },
      },
    });
    return opened;
  };
  bench = open('first', true);
  await bench.create('every', EVERY_STATE);
  await bench.create('every-child', CHILD);
  const arn = await bench.start('every', { n: 3 }, 'run');
  armed = true;
  await clock.run(() => transitions >= dieBefore);
  if (transitions >= dieBefore) {
    bench.engine.close();
    bench = open('second', false);
    bench.engine.resume();
    await clock.run();
  }
  armed = false;
  const described = await bench.describe(arn);
  const types = (await bench.types(arn)).toSorted();
  const listed = await bench.client.send(
    new ListExecutionsCommand({ stateMachineArn: `${described.stateMachineArn}-child` }),
  );
  bench.engine.close();
  expect([...refusals].filter((name) => name !== 'ServiceUnavailable' && name !== 'TaskDoesNotExist')).toEqual([]);
  const children = listed.executions?.length ?? 0;
  return {
    status: described.status,
    output: JSON.parse(described.output ?? 'null'),
    types,
    transitions,
    calls,
    children,
  };
};

test('a machine with every state ends alike wherever the process dies', { timeout: 120_000 }, async () => {
  const folder = memoryFolder('engine-');
  try {
    const straight = await run(join(folder, 'straight.sqlite'), Number.POSITIVE_INFINITY);
    expect({ status: straight.status, output: straight.output, children: straight.children }).toEqual({
      status: 'SUCCEEDED',
      output: EVERY_STATE_OUTPUT,
      children: 1,
    });
    const attempts = new Set(straight.calls.map(({ attemptId }) => attemptId)).size;
    expect(straight.transitions).toBeGreaterThan(60);
    for (let dieBefore = 1; dieBefore <= straight.transitions; dieBefore++) {
      const crashed = await run(join(folder, `${dieBefore}.sqlite`), dieBefore);
      const { status, output, types, children } = crashed;
      expect({ dieBefore, status, output, types, children }).toEqual({
        ...{ dieBefore, status: straight.status, output: straight.output, types: straight.types, children: 1 },
      });
      // A call that was lost is made again under its own id, never under a new one.
      expect({ dieBefore, attempts: new Set(crashed.calls.map(({ attemptId }) => attemptId)).size }).toEqual({
        dieBefore,
        attempts,
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
