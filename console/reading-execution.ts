import { ActionRefused } from './actions.ts';
import type { Shown } from './answer.ts';
import type { Read } from './app.ts';
import { executionElsewherePage, executionPage } from './pages/execution.ts';
import { findDeployment } from './rows/find-deployment.ts';
import { readExecutionRows } from './rows/read-execution.ts';
import { elsewhere, executionView } from './views/execution.ts';
import { arnOfExecution, idOfExecution } from './views/execution-id.ts';

const notFound = (id: string): ActionRefused =>
  new ActionRefused(404, 'NOT_FOUND', `there is no execution ${JSON.stringify(id)}; look at /rollouts`);

/** More events than this are not read again every second. */
const long = 2_000;

/**
 * An execution, by its id or, with `target`, the deployment to a target of the wave with that id. Where the engine is not at hand the
 * page leads to the console of AWS.
 */
export const execution: Read = async ({ id: asked, request, outside, executions }): Promise<Shown> => {
  const { stateMachines: machines } = outside.settings;
  const { searchParams } = new URL(request.url);
  const given = arnOfExecution(asked, machines);
  if (given === undefined) throw notFound(asked);
  if (executions === undefined) {
    const view = elsewhere(given);
    return { title: `Execution ${asked}`, view, body: executionElsewherePage(asked, view), pollSeconds: 0 };
  }
  const target = searchParams.get('target');
  const arn = target === null ? given : await findDeployment(executions, given, target);
  const id = arn === undefined ? undefined : idOfExecution(arn, machines);
  if (arn === undefined || id === undefined) throw notFound(target === null ? asked : `${asked} to ${target}`);
  const [state, older] = [searchParams.get('state') ?? undefined, searchParams.get('older') ?? undefined];
  const rows = await readExecutionRows(executions, { arn, state, older });
  if (rows === undefined) throw notFound(id);
  const view = executionView(id, rows, machines);
  const isMoving = view.status === 'RUNNING';
  const pollSeconds = isMoving ? (view.events > long ? 15 : 2) : 15;
  return { title: `Execution ${id}`, tab: 'rollouts', view, body: executionPage(view), pollSeconds };
};
