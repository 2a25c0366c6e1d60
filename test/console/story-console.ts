import { ActionRefused } from '../../console/actions.ts';
import { type ConsoleOptions, createConsole } from '../../console/app.ts';
import { reading } from '../../console/reading.ts';
import { planView } from '../../console/views/plan.ts';
import type { Actor } from '../../shared/access/authorise.ts';
import { decideApproval } from '../../shared/approval/decide-approval.ts';
import type { StepFunctions } from '../../shared/outside/step-functions.ts';
import { exampleRelease } from './example-release.ts';
import type { Story } from './fleet-story.ts';

export const origin = 'http://127.0.0.1:4180';

/** People by the cookie or bearer they come with. */
export const people: Readonly<Record<string, Actor>> = {
  ana: { name: 'ana', kind: 'person', roles: [] },
  bo: { name: 'bo', kind: 'person', roles: ['release-managers'] },
  eva: { name: 'eva', kind: 'person', roles: [] },
  eve: { name: 'eve', kind: 'person', roles: [] },
  robot: { name: 'robot', kind: 'machine', roles: ['release-managers'] },
};

export interface StoryConsole {
  fetch(request: Request): Promise<Response>;
  /** What was sent to the state machine. */
  readonly told: readonly { readonly token: string; readonly output: unknown }[];
  get(path: string, who?: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** A form as our own page sends it. */
  submit(
    path: string,
    fields: Readonly<Record<string, string>>,
    who?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
}

/** The console over a story; decisions go to the real use case, and what it tells the state machine is written down. */
export const consoleOver = (story: Story): StoryConsole => {
  const told: { token: string; output: unknown }[] = [];
  const steps: StepFunctions = {
    start: async (_, name) => name,
    succeed: async (token, output) => {
      told.push({ token, output });
      return true;
    },
    fail: async () => true,
    status: async () => 'RUNNING',
  };
  const clock = {
    now: () => story.clock.now(),
    sleep: () => Promise.reject(new Error('no')),
    after: () => () => undefined,
  };
  const outside: ConsoleOptions['outside'] = { ledger: story.ledger, blobs: story.blobs, clock, settings: settings() };
  const app = createConsole({
    pages: reading,
    outside,
    identify: async ({ headers }) => {
      const cookie = /who=(\w+)/.exec(headers.get('cookie') ?? '')?.[1];
      const bearer = /^Bearer (\w+)$/.exec(headers.get('authorization') ?? '')?.[1];
      return people[bearer ?? cookie ?? ''];
    },
    actions: {
      decide: (id, decision, actor) => decideApproval(id, decision, actor, steps, { ledger: story.ledger, clock }),
      release: async (commit) => {
        if (commit.startsWith('0')) throw new ActionRefused(404, 'UNKNOWN_COMMIT', `commit ${commit} is not on main`);
        return { rollout: story.rollout, status: 'already' };
      },
      rollback: async () => ({ rollout: 'ro-back', status: 'started' }),
      hold: async (hold, actor) => ({ ...hold, by: actor.name, at: clock.now() }),
      lift: async ({ kind, scope, name }) => {
        throw new ActionRefused(404, 'NOT_HELD', `${kind} ${scope} ${name}`);
      },
      abort: async (rollout, { because }) => ({ rollout, because }),
      retry: async (rollout) => ({ rollout: `${rollout}-2`, status: 'started' }),
      plan: async (commit) => planView(commit, `sha256:${'0'.repeat(64)}`, exampleRelease('3'), new Map()),
      diagnose: async (target) => ({
        checks: [{ check: target === undefined ? 'ledger' : 'endpoint', status: 'ok', found: 'answers' }],
        targets: ['eks-a'],
      }),
      receiveMerge: async ({ headers, body, via }) => ({
        status: 202,
        body: { via, signature: headers['x-hub-signature-256'], length: body.length },
      }),
      receiveTest: async () => ({ status: 200, body: { outcome: 'taken' } }),
      receiveAlerts: async () => ({ status: 200, body: { outcome: 'taken' } }),
      receiveArtifact: async () => ({ status: 401, body: { outcome: 'refused', code: 'SIGNATURE_MISSING' } }),
    },
  });
  return {
    ...app,
    told,
    get: (path, who = 'ana', headers = {}) =>
      app.fetch(new Request(origin + path, { headers: { cookie: `who=${who}`, ...headers } })),
    submit: (path, fields, who = 'ana', headers = { origin, 'sec-fetch-site': 'same-origin' }) =>
      app.fetch(
        new Request(origin + path, {
          method: 'POST',
          body: new URLSearchParams(fields),
          headers: { cookie: `who=${who}`, ...headers },
        }),
      ),
  };
};

export const settings = (): ConsoleOptions['outside']['settings'] => ({
  region: 'us-east-1',
  stateMachines: { rollout: 'r', wave: 'w', deployment: 'd' },
  configRepository: {
    api: 'https://git.example.com',
    git: 'https://git.example.com/acme/fleet.git',
    name: 'acme/fleet',
    branch: 'main',
    config: 'tidegate.jsonnet',
  },
  console: origin,
  simulated: true,
});
