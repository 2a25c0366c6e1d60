import { type Desk, invalid, notFound, type Route, textIn } from './rest-route.ts';
import {
  endOfRun,
  readWorkflow,
  saveWorkflowRun,
  titleOf,
  type WorkflowRunRow,
  workflowRuns,
} from './workflow-runs.ts';

const dispatch: Route['run'] = async (desk, { parts, body }) => {
  const { repository, site, now } = desk;
  const workflow = decodeURIComponent(parts[0] ?? '');
  const ref = textIn(body, 'ref');
  if (ref === undefined) return invalid('Workflow', { code: 'missing_field', field: 'ref' });
  const found = await readWorkflow(repository, ref, workflow);
  if (found === undefined) return notFound;
  if (!/\bworkflow_dispatch\b/.test(found.text)) {
    return { status: 422, body: { message: "Workflow does not have 'workflow_dispatch' trigger", status: '422' } };
  }
  const inputs = inputsOf(body.inputs);
  const { conclusion, afterMs } = endOfRun(found.text);
  const run: WorkflowRunRow = {
    id: 1 + Math.max(0, ...(await workflowRuns(repository)).map(({ id }) => id)),
    workflow,
    title: titleOf(found.text, workflow, inputs),
    ref,
    commit: found.commit,
    createdAt: now(),
    endsAt: now() + afterMs,
    conclusion,
  };
  await saveWorkflowRun(repository, run);
  if (body.return_run_details !== true) return { status: 204 };
  const url = `https://api.git.simulated/repos/${site.name}/actions/runs/${run.id}`;
  return { status: 200, body: { workflow_run_id: run.id, run_url: url, html_url: linkOf(desk, run) } };
};

const listRuns: Route['run'] = async (desk, { parts, query }) => {
  const since = Date.parse(/^>=(.+)$/.exec(query.get('created') ?? '')?.[1] ?? '1970-01-01T00:00:00Z');
  const workflow = decodeURIComponent(parts[0] ?? '');
  const found = (await workflowRuns(desk.repository))
    .filter((run) => run.workflow === workflow && run.createdAt >= since)
    .reverse();
  return { status: 200, body: { total_count: found.length, workflow_runs: found.map((run) => runOf(desk, run)) } };
};

const oneRun: Route['run'] = async (desk, { parts }) => {
  const run = (await workflowRuns(desk.repository)).find(({ id }) => id === Number(parts[0]));
  return run === undefined ? notFound : { status: 200, body: runOf(desk, run) };
};

const linkOf = ({ site }: Desk, { id }: WorkflowRunRow): string =>
  `https://git.simulated/${site.name}/actions/runs/${id}`;

const runOf = (desk: Desk, run: WorkflowRunRow) => {
  const hasEnded = desk.now() >= run.endsAt;
  return {
    id: run.id,
    name: run.workflow,
    display_title: run.title,
    event: 'workflow_dispatch',
    head_branch: run.ref,
    head_sha: run.commit,
    status: hasEnded ? 'completed' : 'in_progress',
    conclusion: hasEnded ? run.conclusion : null,
    html_url: linkOf(desk, run),
    created_at: new Date(run.createdAt).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
};

const inputsOf = (given: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(typeof given === 'object' && given !== null ? given : {}).map(([name, value]) => [
      name,
      String(value),
    ]),
  );

/** Workflows: start one, list and show its runs (https://docs.github.com/en/rest/actions). */
export const actionRoutes: readonly Route[] = [
  { method: 'POST', path: /^\/actions\/workflows\/([^/]+)\/dispatches$/, run: dispatch },
  { method: 'GET', path: /^\/actions\/workflows\/([^/]+)\/runs$/, run: listRuns },
  { method: 'GET', path: /^\/actions\/runs\/(\d+)$/, run: oneRun },
];
