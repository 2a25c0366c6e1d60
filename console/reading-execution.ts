import { withoutTargets } from '../shared/rollout/without-targets.ts';
import { ActionRefused } from './actions.ts';
import type { Shown } from './answer.ts';
import type { Asked, Read } from './app.ts';
import { executionElsewherePage, executionPage } from './pages/execution.ts';
import { findDeployment } from './rows/find-deployment.ts';
import { readExecutionRows } from './rows/read-execution.ts';
import { isHiddenRollout } from './seen-holds.ts';
import { elsewhere, executionView } from './views/execution.ts';
import { arnOfExecution, idOfExecution } from './views/execution-id.ts';

const notFound = (id: string): ActionRefused =>
  new ActionRefused(404, 'NOT_FOUND', `there is no execution ${JSON.stringify(id)}; look at /rollouts`);

const isOfHidden = async (
  input: string | undefined,
  hidden: ReadonlySet<string>,
  { ledger }: Asked['outside'],
): Promise<boolean> => {
  if (hidden.size === 0) return false;
  const { target, wave, rollout } = fieldsOf(input);
  if (hidden.has(String(target)) || hidden.has(String(wave))) return true;
  return typeof rollout === 'string' && (await isHiddenRollout(rollout, hidden, { ledger }));
};

/** Of an input that is no JSON nothing is known; then it names no rollout either. */
const fieldsOf = (input: string | undefined): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(input ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
};

/** More events than this are not read again every second. */
const long = 2_000;

/**
 * An execution, by its id or, with `target`, the deployment to a target of the wave with that id. Where the engine is not at hand the
 * page leads to the console of AWS.
 */
export const execution: Read = async ({ id: asked, request, outside, executions, hidden }): Promise<Shown> => {
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
  // What went in names the target of a deployment, and the wave or the rollout that is of one private target alone.
  if (rows === undefined || (await isOfHidden(rows.facts.input, hidden, outside))) throw notFound(id);
  const view = withoutTargets(executionView(id, rows, machines), hidden);
  const isMoving = view.status === 'RUNNING';
  const pollSeconds = isMoving ? (view.events > long ? 15 : 2) : 15;
  return { title: `Execution ${id}`, tab: 'rollouts', view, body: executionPage(view), pollSeconds };
};
