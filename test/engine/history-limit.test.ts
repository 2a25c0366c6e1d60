import { expect, test } from 'vitest';
import { createEvaluator } from '../../local/engine/expression.ts';
import { readDefinition } from '../../local/engine/parse.ts';
import { step } from '../../local/engine/step.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { ROLE, workbench } from './workbench.ts';

const machine = (states: Record<string, object>) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
});

test('an execution that never ends is ended at 25,000 events', async () => {
  // Five events before a loop of two: its last turn does not fit whole.
  const odd = {
    Type: 'Parallel',
    Branches: [{ StartAt: 'F', States: { F: { Type: 'Fail' } } }],
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Loop' }],
    Next: 'Loop',
  };
  const bench = workbench();
  const { executionArn = '', status } = await bench.execute(
    machine({
      Odd: odd,
      Loop: { Type: 'Choice', Choices: [{ Condition: false, Next: 'End' }], Default: 'Loop' },
      End: { Type: 'Succeed' },
    }),
  );
  const history = await bench.history(executionArn);
  expect([status, history.length]).toEqual(['FAILED', 25_000]);
  expect(history.slice(-2).map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
    [24_999, 24_998, 'ChoiceStateEntered'],
    [25_000, 24_999, 'ExecutionFailed'],
  ]);
  expect(history.at(-1)?.executionFailedEventDetails).toEqual({
    error: 'States.Runtime',
    cause: 'The execution reached the maximum number of history events (25000).',
  });
});

const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:m';
const ENTERED_AND_LEFT = ['PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'];

test.each([
  ['execution', 24_997, ENTERED_AND_LEFT],
  ['execution', 24_998, ['PassStateEntered', 'ExecutionFailed']],
  ['execution', 24_999, ['ExecutionFailed']],
  ['express', 24_999, ENTERED_AND_LEFT],
])('an %s with %i events has room for these in its last state: %j', async (kind, lastEvent, types) => {
  const random = seededRandom('room');
  const frame = { id: 0, index: 0, path: [], state: 'Only', input: 1, variables: {}, retries: [], retryCount: 0 };
  const only = readDefinition(JSON.stringify(machine({ Only: { Type: 'Pass', End: true } })));
  const transition = await step(
    {
      ...{
        arn: MACHINE.replace('stateMachine', kind),
        name: 'n',
        machineArn: MACHINE,
        machine: only,
        roleArn: ROLE,
        input: 1,
      },
      ...{ startedAt: 0, redrives: 0, lastEvent, nextFrame: 1, items: new Map() },
      frames: new Map([[0, { ...frame, last: lastEvent, doing: { kind: 'ready' } }]]),
    },
    { kind: 'run', frame: 0 },
    { now: 0, random, evaluator: createEvaluator(random), region: 'us-east-1', account: '111111111111' },
  );
  expect(transition?.events.map(({ id, type }) => [id, type])).toEqual(
    types.map((type, at) => [lastEvent + 1 + at, type]),
  );
});
