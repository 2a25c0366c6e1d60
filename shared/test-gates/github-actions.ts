import * as z from 'zod/mini';
import type { TestRun } from '../ledger/test-runs.ts';
import type { WorkflowTest } from '../rollout/gate.ts';
import type { TestOutside } from './look-at-test.ts';
import { withinTime } from './within-time.ts';

/** A run of a workflow; `conclusion` where it has ended. */
export interface WorkflowRun {
  readonly id: number;
  readonly link: string;
  readonly conclusion?: string;
}

/** `isAnswered`: by a refusal, so that nothing was started. */
type Failed = { readonly failed: string; readonly isAnswered?: boolean };

const runSchema = z.object({
  id: z.number(),
  html_url: z.string(),
  status: z.nullish(z.string()),
  conclusion: z.nullish(z.string()),
  name: z.nullish(z.string()),
  display_title: z.nullish(z.string()),
});
const runsSchema = z.object({ workflow_runs: z.array(runSchema) });
/** Only with `return_run_details`, and not of every server. */
const startedSchema = z.object({ workflow_run_id: z.optional(z.number()) });

/** Starts a workflow (https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event). */
export const dispatchWorkflow = async (
  test: WorkflowTest,
  inputs: Readonly<Record<string, string>>,
  outside: TestOutside,
  signal: AbortSignal,
): Promise<{ readonly run?: number } | Failed> => {
  const path = `/actions/workflows/${encodeURIComponent(test.workflow)}/dispatches`;
  const body = { ref: test.ref, inputs, return_run_details: true };
  const answer = await call(test, 'POST', path, outside, signal, body);
  if ('failed' in answer) return answer;
  const run = startedSchema.safeParse(answer.body).data?.workflow_run_id;
  return run === undefined ? {} : { run };
};

/** The run that carries the id of a test in its name, among those started since. */
export const findRun = async (
  test: WorkflowTest,
  { id, begunAt }: TestRun,
  outside: TestOutside,
  signal: AbortSignal,
): Promise<WorkflowRun | Failed | undefined> => {
  // A minute for clocks that differ.
  const since = new Date(begunAt - 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const query = new URLSearchParams({ event: 'workflow_dispatch', created: `>=${since}`, per_page: '100' });
  const path = `/actions/workflows/${encodeURIComponent(test.workflow)}/runs?${query}`;
  const answer = await call(test, 'GET', path, outside, signal);
  if ('failed' in answer) return answer;
  const read = runsSchema.safeParse(answer.body);
  if (!read.success) return { failed: `the runs of ${test.workflow} are not what GitHub's API documents` };
  const found = read.data.workflow_runs.find(
    ({ display_title, name }) => display_title?.includes(id) === true || name?.includes(id) === true,
  );
  return found === undefined ? undefined : runOf(found);
};

export const readRun = async (
  test: WorkflowTest,
  run: number,
  outside: TestOutside,
  signal: AbortSignal,
): Promise<WorkflowRun | Failed> => {
  const answer = await call(test, 'GET', `/actions/runs/${run}`, outside, signal);
  if ('failed' in answer) return answer;
  const read = runSchema.safeParse(answer.body);
  return read.success ? runOf(read.data) : { failed: `run ${run} is not what GitHub's API documents` };
};

const runOf = ({ id, html_url, status, conclusion }: z.infer<typeof runSchema>): WorkflowRun => ({
  id,
  link: html_url,
  ...(status === 'completed' ? { conclusion: conclusion ?? 'nothing' } : {}),
});

const call = async (
  test: WorkflowTest,
  method: 'GET' | 'POST',
  path: string,
  { http, secrets, settings, clock }: TestOutside,
  signal: AbortSignal,
  body?: object,
): Promise<{ readonly body: unknown } | Failed> => {
  const { api, name, tokenSecret } = settings.configRepository;
  const repository = test.repository ?? name;
  const secret = test.tokenSecret ?? tokenSecret;
  const token = secret === undefined ? undefined : (await secrets.get(secret)).reveal().trim();
  const answer = await withinTime(clock, signal, async (until) => {
    const response = await http(`${api}/repos/${repository}${path}`, {
      method,
      signal: until,
      headers: {
        accept: 'application/vnd.github+json',
        'user-agent': 'tidegate',
        'x-github-api-version': '2022-11-28',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { ok: response.ok, status: response.status, text: await response.text() };
  });
  if ('failed' in answer) return { failed: `${repository}: ${answer.failed}` };
  if (!answer.ok) {
    return {
      failed: `${repository}: ${method} ${path.split('?')[0]} was answered with ${answer.status}`,
      isAnswered: true,
    };
  }
  return { body: parsed(answer.text) };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
