import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import type { ExecutionView } from '../../console/views/execution.ts';
import { HandlerFailure } from '../engine/open-engine.ts';
import { type Workbench, workbench } from '../engine/workbench.ts';
import { consoleOverEngine } from './execution-console.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:111111111111:function:';
const LABEL = 'Targets';
const call = (name: string, more: object = {}) => ({ Type: 'Task', Resource: `${FUNCTION}${name}`, ...more });
const machine = (states: object) => ({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });

const functions = {
  fine: () => ({ fine: true }),
  ill: () => {
    throw new HandlerFailure('Ill', '<b>very</b>');
  },
};

const viewOf = async (bench: Workbench, path: string): Promise<ExecutionView> => {
  const response = await consoleOverEngine(bench).get(path);
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()).view;
};

const pageOf = async (bench: Workbench, path: string): Promise<string> => {
  const response = await consoleOverEngine(bench).get(path);
  expect([path, response.status]).toEqual([path, 200]);
  return response.text();
};

/** A wave that hands two targets to deployments, one after the other. */
const wave = (deployment: string) =>
  machine({
    Deploy: {
      ...{ Type: 'Map', Label: LABEL, MaxConcurrency: 1, Items: '{% $states.input.targets %}' },
      ItemProcessor: {
        ...{ ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
        StartAt: 'Run',
        States: {
          Run: {
            ...{ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2', End: true },
            Arguments: { StateMachineArn: deployment, Input: '{% $states.input %}' },
          },
        },
      },
      End: true,
    },
  });

const deployed = async (): Promise<Workbench> => {
  const bench = workbench({ functions });
  const deployment = await bench.create('tidegate-deployment', machine({ Apply: call('fine', { End: true }) }));
  const waves = await bench.create('tidegate-wave', wave(deployment));
  const targets = ['east', 'west'].map((target) => ({ rollout: 'ro-1', wave: 'w', direction: 'forward', target }));
  await bench.start(waves, { rollout: 'ro-1', wave: 'w', direction: 'forward', targets }, 'ro-1-w-forward');
  await bench.clock.run();
  return bench;
};

test('an execution is shown with its states, what went in and out of the newest, its variables and its events', async () => {
  const bench = workbench({ functions });
  const arn = await bench.create(
    'tidegate-rollout',
    machine({
      Try: call('ill', {
        ...{ Retry: [{ ErrorEquals: ['Ill'], MaxAttempts: 1 }], Next: 'Never' },
        Catch: [{ ErrorEquals: ['States.ALL'], Assign: { why: '{% $states.errorOutput.Error %}' }, Next: 'Tell' }],
      }),
      Never: { Type: 'Pass', Next: 'Tell' },
      Tell: { Type: 'Pass', Output: { because: '{% $why %}' }, Next: 'Fail' },
      Fail: { Type: 'Fail', Error: 'Mine', Cause: 'so it is' },
    }),
  );
  await bench.start(arn, { rollout: 'ro-1' }, 'ro-1');
  await bench.clock.run();

  const { graph, page, ...view } = await viewOf(bench, '/executions/rollout:ro-1.json');
  const at = view.startedAt;
  expect(view).toEqual({
    ...{ id: 'rollout:ro-1', arn: `${arn.replace('stateMachine', 'execution')}:ro-1`, status: 'FAILED' },
    ...{ startedAt: at, endedAt: at + 1000, redrives: 0, rollout: 'ro-1', events: 13, isCut: false },
    ...{ error: 'Mine', cause: { text: 'so it is', cut: 0 } },
    input: { text: '{\n  "rollout": "ro-1"\n}', cut: 0 },
    ways: ['Try → Tell', 'Tell → Fail'],
    states: [
      { name: 'Try', type: 'Task', standing: 'caught', entered: 1, failed: 2 },
      { name: 'Never', type: 'Pass', standing: 'idle', entered: 0, failed: 0 },
      { name: 'Tell', type: 'Pass', standing: 'done', entered: 1, failed: 0 },
      { name: 'Fail', type: 'Fail', standing: 'failed', entered: 1, failed: 0 },
    ],
    visit: { state: 'Fail', enteredAt: at + 1000, input: { text: '{\n  "because": "Ill"\n}', cut: 0 } },
    variables: { text: '{\n  "why": "Ill"\n}', cut: 0 },
    mapRuns: [],
  });
  expect(graph?.states.map(({ name }) => name)).toEqual(['Try', 'Never', 'Tell', 'Fail']);
  expect(page.map(({ id, previous, type, state }) => [id, previous, type, state])).toEqual([
    [13, 12, 'ExecutionFailed', 'Fail'],
    [12, 11, 'FailStateEntered', 'Fail'],
    [11, 10, 'PassStateExited', 'Tell'],
    [10, 9, 'PassStateEntered', 'Tell'],
    [9, 8, 'TaskStateExited', 'Try'],
    [8, 7, 'LambdaFunctionFailed', 'Try'],
    [7, 6, 'LambdaFunctionStarted', 'Try'],
    [6, 5, 'LambdaFunctionScheduled', 'Try'],
    [5, 4, 'LambdaFunctionFailed', 'Try'],
    [4, 3, 'LambdaFunctionStarted', 'Try'],
    [3, 2, 'LambdaFunctionScheduled', 'Try'],
    [2, 0, 'TaskStateEntered', 'Try'],
    [1, 0, 'ExecutionStarted', undefined],
  ]);

  const asked = await viewOf(bench, '/executions/rollout:ro-1.json?state=Tell');
  expect(asked.visit).toEqual({
    ...{ state: 'Tell', enteredAt: at + 1000, leftAt: at + 1000 },
    input: {
      text: JSON.stringify({ Error: 'Ill', Cause: '{"errorMessage":"<b>very</b>","errorType":"Ill"}' }, null, 2),
      cut: 0,
    },
    output: { text: '{\n  "because": "Ill"\n}', cut: 0 },
  });
});

test('a wave leads to the execution of each item, that to its deployment, and a deployment back to its wave', async () => {
  const bench = await deployed();
  const { mapRuns } = await viewOf(bench, '/executions/wave:ro-1-w-forward.json');
  expect(mapRuns.map(({ state, children }) => [state, children.map(({ item, status }) => [item, status])])).toEqual([
    [
      'Deploy',
      [
        ['west', 'SUCCEEDED'],
        ['east', 'SUCCEEDED'],
      ],
    ],
  ]);
  const item = await viewOf(bench, `/executions/${encodeURIComponent(mapRuns[0]?.children[0]?.id ?? '')}.json`);
  expect([item.id, item.parent]).toEqual([expect.stringMatching(/^wave\/Targets:/), 'wave:ro-1-w-forward']);
  const [deployment] = item.page.flatMap(({ leadsTo }) => leadsTo ?? []);

  const found = await viewOf(bench, '/executions/wave:ro-1-w-forward.json?target=west');
  expect([found.id, found.parent, found.rollout]).toEqual([deployment, 'wave:ro-1-w-forward', 'ro-1']);
  const none = await consoleOverEngine(bench).get('/executions/wave:ro-1-w-forward?target=north');
  expect(none.status).toBe(404);
});

test('a long execution is shown page by page', async () => {
  const bench = workbench();
  const states = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [
      `S${at}`,
      { Type: 'Pass', ...(at < 59 ? { Next: `S${at + 1}` } : { End: true }) },
    ]),
  );
  await bench.start(await bench.create('tidegate-rollout', machine(states)), {}, 'ro-1');
  await bench.clock.run();
  const ids: number[] = [];
  let older: string | undefined;
  do {
    const query = older === undefined ? '' : `?older=${encodeURIComponent(older)}`;
    const view = await viewOf(bench, `/executions/rollout:ro-1.json${query}`);
    expect([view.events, view.page.length <= 50]).toEqual([122, true]);
    ids.push(...view.page.map(({ id }) => id));
    older = view.older;
  } while (older !== undefined);
  expect(ids).toEqual(Array.from({ length: 122 }, (_, at) => 122 - at));
});

test('a task token is shown nowhere, and neither is what is called a secret', async () => {
  const bench = workbench({ functions });
  const task = {
    ...{ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', Next: 'Keep' },
    Arguments: {
      FunctionName: 'fine',
      Payload: {
        answerTo: '{% $states.context.Task.Token %}',
        url: "{% 'https://x/?t=' & $states.context.Task.Token %}",
      },
    },
  };
  const Keep = {
    Type: 'Pass',
    Assign: { apiPassword: 'hunter2' },
    Output: { text: '{"apiToken":"short"}' },
    End: true,
  };
  await bench.start(
    await bench.create('tidegate-rollout', machine({ Ask: task, Keep })),
    { password: 'hunter1' },
    'ro-1',
  );
  await bench.clock.run();
  const [{ payload } = { payload: {} }] = bench.calls;
  const { answerTo: token = '' } = payload as { readonly answerTo?: string };
  expect(token).toHaveLength(75);
  await bench.client.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify({ again: token }) }));
  await bench.clock.run();
  for (const path of ['rollout:ro-1', 'rollout:ro-1.json', 'rollout:ro-1?state=Ask', 'rollout:ro-1?state=Keep']) {
    const text = await pageOf(bench, `/executions/${path}`);
    expect(text).toContain('(not shown)');
    for (const secret of [token, 'hunter1', 'hunter2', 'short"']) expect(text).not.toContain(secret);
  }
});

test('names and causes that are HTML are text', async () => {
  const bench = workbench({ functions });
  const hostile = `</text><script>alert('1')</script> "'&`;
  const states = { [hostile]: call('ill', { Next: '../up?a=b#c' }), '../up?a=b#c': { Type: 'Succeed' } };
  await bench.start(await bench.create('tidegate-rollout', machine(states)), { '<img src=x>': '<em>' }, 'ro-1');
  await bench.clock.run();
  const page = await pageOf(bench, `/executions/rollout:ro-1?state=${encodeURIComponent(hostile)}`);
  expect(page).not.toMatch(/<script(?! type="module" src="\/assets)|<img|<em>|<b>|\sstyle=|\son\w+=/);
  expect(page).toContain('&lt;b&gt;very');
  expect(page).toContain(`href="/executions/rollout%3Aro-1?state=${encodeURIComponent('../up?a=b#c')}"`);
});

test('where there is no engine at hand the page leads to the console of AWS', async () => {
  const bench = workbench();
  const response = await consoleOverEngine(bench, { reads: false }).get('/executions/rollout:ro-1');
  const arn = 'arn:aws:states:us-east-1:111111111111:execution:tidegate-rollout:ro-1';
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringContaining(
      `https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/${arn}`,
    ),
  ]);
});

test.each(['rollout:none', 'nothing:ro-1', 'wave', 'wave/:x', 'deployment:a:b', '..%2Fsecret', '%3Cscript%3E'])(
  'there is no execution %s',
  async (id) => {
    const bench = workbench();
    await bench.create('tidegate-rollout', machine({ Only: { Type: 'Succeed' } }));
    const response = await consoleOverEngine(bench).get(`/executions/${id}`);
    expect([response.status, (await response.text()).includes('<script>')]).toEqual([404, false]);
  },
);
