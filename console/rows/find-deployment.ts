import type { Executions } from '../../shared/outside/executions.ts';

const targetIn = (input: string | undefined): unknown => {
  try {
    return JSON.parse(input ?? '').target;
  } catch {
    return undefined;
  }
};

/** The execution that a task of this one started last; undefined when none did. */
const startedBy = async (executions: Executions, arn: string): Promise<string | undefined> => {
  const { events } = await executions.events(arn, { data: true, newestFirst: true, size: 100 });
  const output = events.find(({ type }) => type === 'TaskSubmitted')?.details.output;
  const started = /"ExecutionArn":"([^"]+)"/.exec(typeof output === 'string' ? output : '')?.[1];
  return started;
};

/**
 * The execution that deploys to a target in a wave: each has a name of its own that nothing else tells, so it is looked for among the
 * items of the wave's Map Runs, the newest first. `undefined` when it was not handed out yet.
 */
export const findDeployment = async (
  executions: Executions,
  wave: string,
  target: string,
): Promise<string | undefined> => {
  if ((await executions.describe(wave)) === undefined) return undefined;
  for (const run of await executions.mapRuns(wave)) {
    for (const { arn } of await executions.children(run)) {
      const facts = await executions.describe(arn);
      if (targetIn(facts?.input) === target) return (await startedBy(executions, arn)) ?? arn;
    }
  }
  return undefined;
};
