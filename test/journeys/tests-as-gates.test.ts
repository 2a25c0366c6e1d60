import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { smallFleetConfig, webService } from './fleet-config.ts';
import { jobDigest } from './jobs-fleet.ts';
import { image, openRehearsal } from './rehearsal.ts';

const job = (version: string): string => `
  smoke: {
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: { name: 'smoke', annotations: { 'tidegate.dev/run': 'test' } },
    spec: {
      backoffLimit: 0,
      template: { spec: {
        restartPolicy: 'Never',
        containers: [{
          name: 'smoke', image: 'registry.example.com/smoke@${jobDigest('smoke', version)}',
          resources: { requests: { cpu: '10m', memory: '16Mi' } },
        }],
      } },
    },
  },`;
const service = (version: string) => `${webService.trimEnd().replace(/\}$/, '')}${job(version)}\n}\n`;
const workflow = (end: string) => `name: e2e
run-name: e2e \${{ inputs.tidegate }}
on: { workflow_dispatch: { inputs: { tidegate: { required: true }, target: {} } } }
# simulated: ${end} after 30s
`;

const config = (version: string): string => {
  const { targets, waves, gates } = JSON.parse(smallFleetConfig(version));
  const [staging] = waves;
  return smallFleetConfig(version, {
    targets: { 'eks-staging': targets['eks-staging'] },
    waves: [{ ...staging, gates: ['smoke', 'e2e', 'flow'], soak: '10s', inconclusiveWithin: '3m' }],
    gates: {
      ...gates,
      smoke: { tests: { job: 'smoke' } },
      e2e: { tests: { callback: 'https://ci.example.com/{target}', secret: 'ci' }, within: '2m', when: 'both' },
      flow: { tests: { workflow: 'e2e.yml', inputs: { target: '{target}' } }, within: '2m' },
    },
  });
};
const files = (version: string, end = 'success') => ({
  'tidegate.json': config(version),
  'services/web.jsonnet': service(version),
  '.github/workflows/e2e.yml': workflow(end),
});

/** What CI was asked, oldest first. */
const asked: { readonly headers: Headers; readonly path: string; readonly body: Record<string, string> }[] = [];
const story = await openRehearsal({
  config: config('v1'),
  files: { 'services/web.jsonnet': service('v1'), '.github/workflows/e2e.yml': workflow('success') },
  hosts: [
    {
      host: 'ci.example.com',
      handle: async (request) => {
        asked.push({ headers: request.headers, path: new URL(request.url).pathname, body: await request.json() });
        return new Response(null, { status: 202 });
      },
    },
  ],
});
writeFileSync(join(story.dir, 'secrets', 'ci'), 'secret-of-ci\n', { mode: 0o600 });
afterAll(story.close);

/** Waits for so many questions, and answers the newest. */
const answerNext = async (count: number, answer: object) => {
  await story.until(() => asked.length >= count);
  return story.answer(asked.at(-1)?.body.answer ?? '', answer);
};
const verdicts = async (rollout: string) =>
  (await story.timeline(rollout)).filter(({ kind }) => kind === 'verdict').map(({ text }) => text);

describe('tests as gates', () => {
  test('a wave passes when its Job, its callback and its workflow have passed, each asked for once', async () => {
    const rollout = await story.begin();
    // Nothing was there before, so that nothing is tested before it is entered.
    await answerNext(1, { verdict: 'pass', because: '214 of 214', link: 'https://ci.example.com/7', logs: 'ok' });
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
    expect(asked.map(({ path }) => path)).toEqual(['/eks-staging']);
    const [question] = asked;
    expect(question?.body).toEqual({
      id: expect.stringMatching(/^te-[0-9a-f]{20}$/),
      gate: 'e2e',
      moment: 'after',
      rollout,
      release: expect.stringMatching(/^sha256:/),
      wave: 'staging',
      target: 'eks-staging',
      answer: expect.stringMatching(
        /^http:\/\/127\.0\.0\.1:4180\/hooks\/tests\/te-\w+\?until=\d+&signature=[0-9a-f]{64}$/,
      ),
      until: expect.any(String),
    });
    expect(question?.headers.get('x-tidegate-signature')).toMatch(/^[0-9a-f]{64}$/);
    expect(await verdicts(rollout)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^after staging: PASS gate smoke on eks-staging: job smoke completed at /),
        'after staging: PASS gate e2e on eks-staging: 214 of 214',
        'after staging: PASS gate flow on eks-staging: run 1 concluded success: https://git.simulated/acme/fleet/actions/runs/1',
      ]),
    );
    const again = await story.answer(question?.body.answer ?? '', { verdict: 'fail' });
    expect(again).toMatchObject({
      status: 409,
      body: { message: 'it was answered already: pass; the first answer counts' },
    });
    const forged = (question?.body.answer ?? '').replace(/signature=./, 'signature=x');
    expect(await story.answer(forged, { verdict: 'pass' })).toMatchObject({ status: 401 });
  });

  test('a workflow that fails takes the wave back, and a test before the entry runs on what is there', async () => {
    const rollout = await story.merge(files('v2', 'failure'), 'v2');
    await answerNext(2, { verdict: 'pass' });
    expect(asked.at(-1)?.body).toMatchObject({ moment: 'before', gate: 'e2e' });
    expect(story.running('eks-staging')).toEqual([image('v1')]);
    await answerNext(3, { verdict: 'pass' });
    expect(await story.ended(rollout)).toMatchObject({
      outcome: 'rolled_back',
      because: expect.stringMatching(
        /^FAIL gate flow on eks-staging: run 2 concluded failure, expected success: https:/,
      ),
    });
    expect(story.running('eks-staging')).toEqual([image('v1')]);
  });

  test('a callback that is not answered in time is inconclusive and never passes; an answer that comes late is refused', async () => {
    const rollout = await story.merge(files('v3'), 'v3');
    await answerNext(4, { verdict: 'pass' });
    expect(await story.ended(rollout)).toMatchObject({
      outcome: 'rolled_back',
      because: expect.stringContaining('INCONCLUSIVE gate e2e on eks-staging: no answer within 120 s'),
    });
    expect(asked).toHaveLength(5);
    expect(await story.answer(asked.at(-1)?.body.answer ?? '', { verdict: 'pass' })).toMatchObject({ status: 410 });
  });

  test('a Job that fails is no failed deployment, and fails its gate with what it said', async () => {
    story.images.publish(jobDigest('smoke', 'v4'), { crash: { afterMs: 500, exitCode: 1, log: 'GET /cart: 500' } });
    const rollout = await story.merge(files('v4'), 'v4');
    await answerNext(6, { verdict: 'pass' });
    expect(await story.ended(rollout)).toMatchObject({
      outcome: 'rolled_back',
      because: expect.stringMatching(/^FAIL gate smoke on eks-staging: job smoke failed at /),
    });
    expect(await story.events(rollout)).toContain('eks-staging deployed');
    // What it found is mended. Whoever brings the same release again wants to know whether it passes now.
    story.images.publish(jobDigest('smoke', 'v4'), {});
    const before = asked.length;
    const again = await story.merge(files('v4'), 'v4 again');
    await answerNext(before + 1, { verdict: 'pass' });
    await answerNext(before + 2, { verdict: 'pass' });
    expect(await story.ended(again)).toMatchObject({ outcome: 'succeeded' });
    expect(await verdicts(again)).toContainEqual(
      expect.stringMatching(/^after staging: PASS gate smoke on eks-staging: job smoke completed at /),
    );
  });
});
