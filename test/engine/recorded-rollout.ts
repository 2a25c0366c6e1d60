import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HistoryEvent, ListExecutionsCommand, ListMapRunsCommand } from '@aws-sdk/client-sfn';
import type { Engine } from '../../local/engine/engine.ts';
import { account, blobBucket, createStateMachines, stateMachineArn } from '../../local/state-machines.ts';
import { type Answer, keyOf, type RecordedRollout } from './replayed-rollout.ts';
import { type Workbench, workbench } from './workbench.ts';

const readDefinition = (name: string): string =>
  readFileSync(new URL(`../../statemachines/${name}.yml`, import.meta.url), 'utf8');

const record = (dir: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, 'record-rollout.ts');
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, dir], { stdio: 'inherit' });
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`recording ended with ${code}`))));
  });

/** An engine over a file of the account that the three deployed machines are of, to read what became of them. */
export const openRecorded = (database: string): Workbench => workbench({ database, account });

/** ARNs of all executions of the three machines, those of their Map Runs among them. */
export const allExecutions = async ({ client }: Workbench): Promise<readonly string[]> => {
  const arns: string[] = [];
  for (const machine of ['rollout', 'wave', 'deployment'] as const) {
    const { executions = [] } = await client.send(
      new ListExecutionsCommand({ stateMachineArn: stateMachineArn(machine) }),
    );
    for (const { executionArn = '' } of executions) {
      arns.push(executionArn);
      const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
      for (const { mapRunArn } of mapRuns) {
        const children = await client.send(new ListExecutionsCommand({ mapRunArn }));
        arns.push(...(children.executions ?? []).map((child) => child.executionArn ?? ''));
      }
    }
  }
  return arns;
};

/** The events of a state that follow the one at `at`; what other branches do lies between them. */
const following = (history: readonly HistoryEvent[], at: number): readonly HistoryEvent[] => {
  const line: HistoryEvent[] = [];
  let last = history[at]?.id;
  for (const event of history.slice(at + 1)) {
    if (event.previousEventId !== last) continue;
    if (event.type === 'TaskStateExited') break;
    line.push(event);
    last = event.id;
  }
  return line;
};

/** Runs the rollout of the demo in a process of its own, below `dir`, and reads out of its histories what happened. */
export const recordRollout = async (dir: string): Promise<RecordedRollout> => {
  await record(dir);
  const bench = openRecorded(join(dir, 'engine.sqlite'));
  const answers = new Map<string, Answer[]>();
  let events = 0;
  for (const arn of await allExecutions(bench)) {
    const history = await bench.history(arn);
    events += history.length;
    for (const [at, { taskScheduledEventDetails: scheduled }] of history.entries()) {
      if (scheduled?.resourceType !== 'lambda') continue;
      const { FunctionName, Payload } = JSON.parse(scheduled.parameters ?? '{}');
      const rest = following(history, at);
      const submitted = rest.find(({ type }) => type === 'TaskSubmitted')?.taskSubmittedEventDetails?.output;
      const succeeded = rest.find(({ type }) => type === 'TaskSucceeded')?.taskSucceededEventDetails?.output ?? 'null';
      const isToken = scheduled.resource?.endsWith('waitForTaskToken') === true;
      const answer = isToken
        ? {
            payload: JSON.parse(submitted ?? '{}').Payload ?? null,
            told: JSON.parse(succeeded),
            early: submitted === undefined,
          }
        : { payload: JSON.parse(succeeded).Payload };
      const key = keyOf(FunctionName, Payload);
      answers.set(key, [...(answers.get(key) ?? []), answer]);
    }
  }
  const { executions = [] } = await bench.client.send(
    new ListExecutionsCommand({ stateMachineArn: stateMachineArn('rollout') }),
  );
  const described = await bench.describe(executions[0]?.executionArn ?? '');
  bench.engine.close();
  return {
    machine: stateMachineArn('rollout'),
    ...{ name: described.name ?? '', input: described.input ?? '', output: described.output, events, answers },
    objects: new Map(
      globSync('sha256/*/*', { cwd: join(dir, 'blobs') }).map((path) => [
        `${blobBucket}/${path}`,
        readFileSync(join(dir, 'blobs', path)),
      ]),
    ),
  };
};

/** Creates the three machines, or leaves those that are there. */
export const createMachines = ({ handle }: Engine): Promise<void> => createStateMachines(handle, readDefinition);
