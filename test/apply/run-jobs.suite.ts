import { expect, it } from 'vitest';
import { rememberJobs } from '../../shared/apply/jobs/remember-jobs.ts';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import { canonicalJson, digestOf } from '../../shared/rollout/digest.ts';
import type { Manifest, RenderedTarget } from '../../shared/rollout/release.ts';
import { job } from './jobs/job-manifests.ts';
import { configMap, deployment } from './manifests.ts';
import {
  apply,
  inShort,
  isWrite,
  planWithJobs,
  prune,
  type RecordedCluster,
  releaseOf,
  renderedOf,
  runAfter,
  type Stage,
  settle,
} from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

/** Jobs around a deployment: before, after and back, each once. */
export const runJobsSuite = (server: () => Server): void => {
  const { send, stageOf, drive, namespace } = playOn(server, 'jobs');
  const target = (...more: readonly Manifest[]): RenderedTarget =>
    renderedOf({
      web: [configMap('settings'), configMap('other'), deployment('web', { reads: 'other', replicas: 1 }), ...more],
    });
  const nameIn = (rendered: RenderedTarget, name = 'migrate') => `${name}-${releaseOf(rendered).slice(7, 17)}`;
  const items = async (path: string): Promise<readonly LiveObject[]> => {
    const { items: found } = await send('GET', path);
    return found as readonly LiveObject[];
  };
  const jobs = () => items(`/apis/batch/v1/namespaces/${namespace()}/jobs`);
  const podsOf = async (name: string) =>
    items(`/api/v1/namespaces/${namespace()}/pods?labelSelector=${encodeURIComponent(`job-name=${name}`)}`);
  const written = (stage: { readonly cluster: RecordedCluster }) => stage.cluster.seen.filter(isWrite).map(inShort);
  const rememberedBy = (by: string) => rememberJobs(by, server().clock);
  /** The whole way, with the jobs of the plan; ends with the first step that does not succeed. */
  const deployWithJobs = async (rendered: RenderedTarget, stage: Stage, given = rememberedBy('first')) => {
    const approved = await drive(planWithJobs(rendered, stage, { records: [...given.records.values()] }));
    const carried = { approved, jobs: given };
    const applied = await drive(apply(rendered, stage, carried));
    if (applied.status !== 'done') return applied;
    const settled = await drive(settle(rendered, stage, applied.progress));
    expect(settled).toEqual({ status: 'settled' });
    const ran = await drive(runAfter(rendered, stage, carried));
    return ran.status === 'done' ? drive(prune(rendered, stage, carried)) : ran;
  };

  it('runs a job before anything but what it needs, as its own object, and everything else when it is complete', async () => {
    const rendered = target(job('migrate', { reads: 'settings' }));
    const stage = stageOf();
    expect(await deployWithJobs(rendered, stage)).toMatchObject({ status: 'done' });
    const name = nameIn(rendered);
    expect(written(stage)).toEqual([
      'PATCH configmaps/tidegate-web',
      'PATCH configmaps/settings',
      `PATCH jobs/${name}`,
      `PATCH jobs/${name}`,
      'PATCH configmaps/other',
      'PATCH deployments/web',
    ]);
    const [only, ...more] = await jobs();
    expect(more).toEqual([]);
    expect(only).toMatchObject({
      metadata: {
        name,
        labels: { 'tidegate.dev/job': 'migrate' },
        annotations: { 'tidegate.dev/release': releaseOf(rendered), 'tidegate.dev/target': 'rehearsal' },
      },
      spec: { suspend: false, activeDeadlineSeconds: 60 },
      status: { succeeded: 1 },
    });
    expect(only?.metadata.labels).not.toHaveProperty('applyset.kubernetes.io/part-of');
    expect(await podsOf(name)).toHaveLength(1);
  });

  it('runs a job after everything has settled, and before anything is pruned', async () => {
    const stage = stageOf();
    await deployWithJobs(target(configMap('old')), stage);
    const rendered = target(job('smoke', { run: 'after' }));
    const second = stageOf();
    expect(await deployWithJobs(rendered, second)).toMatchObject({ status: 'done' });
    expect(written(second)).toEqual([
      `PATCH jobs/${nameIn(rendered, 'smoke')}`,
      `PATCH jobs/${nameIn(rendered, 'smoke')}`,
      'DELETE configmaps/old',
    ]);
  });

  it('touches nothing else where the job before fails, and says why', async () => {
    const rendered = target(job('migrate', { reads: 'settings', image: 'registry.example.com/crash:v1' }));
    const stage = stageOf();
    const log = rememberedBy('first');
    const result = await deployWithJobs(rendered, stage, log);
    const name = nameIn(rendered);
    expect(result).toMatchObject({
      status: 'failed',
      because: expect.stringMatching(/^rehearsal: job migrate failed: BackoffLimitExceeded: Job has reached/),
      objects: [{ id: `batch/Job/${namespace()}/${name}`, code: 'JOB_FAILED' }],
    });
    expect(written(stage)).not.toContain('PATCH deployments/web');
    if (server().hasLogs) {
      expect(result).toMatchObject({ evidence: [{ logs: ['panic: no route'] }] });
      expect([...log.outputs.values()]).toEqual([
        [{ pod: expect.stringContaining(name), container: 'main', lines: ['panic: no route'] }],
      ]);
    }
    // A retry reads that it failed, and asks the cluster for nothing more.
    const again = stageOf();
    const approved = await drive(planWithJobs(rendered, again));
    expect(await drive(apply(rendered, again, { approved, jobs: log }))).toMatchObject({
      status: 'failed',
      because: expect.stringContaining('job migrate failed: BackoffLimitExceeded'),
    });
    expect(written(again)).toEqual([]);
    expect(await podsOf(name)).toHaveLength(1);
  });

  it('gives up a job whose image does not exist well before its deadline, so that it can not start later', async () => {
    const rendered = target(
      job('migrate', { image: 'registry.example.com/not-found:v1', spec: { activeDeadlineSeconds: 3600 } }),
    );
    const began = server().clock.now();
    const result = await deployWithJobs(rendered, stageOf());
    expect(result).toMatchObject({
      status: 'failed',
      because: expect.stringMatching(/^rehearsal: job migrate failed: (ErrImagePull|ImagePullBackOff): pod migrate-/),
    });
    expect(server().clock.now() - began).toBeLessThan(30_000);
    const [only] = await jobs();
    expect(only?.spec).toMatchObject({ suspend: true });
  });

  it('never runs a job again: not where it is applied again, not where the job has been deleted since', async () => {
    const rendered = target(job('migrate'));
    const log = rememberedBy('first');
    const approved = await drive(planWithJobs(rendered, stageOf()));
    expect(await drive(apply(rendered, stageOf(), { approved, jobs: log }))).toMatchObject({ status: 'done' });
    await send('DELETE', `/apis/batch/v1/namespaces/${namespace()}/jobs/${nameIn(rendered)}`, {
      propagationPolicy: 'Background',
    });
    const stage = stageOf();
    expect(await drive(apply(rendered, stage, { approved, jobs: log }))).toMatchObject({ status: 'done' });
    expect(written(stage)).toEqual([]);
  });

  it('starts a job once where two bring it about at the same time', async () => {
    const rendered = target(job('migrate', { image: 'registry.example.com/slow:v1' }));
    const log = rememberedBy('first');
    const approved = await drive(planWithJobs(rendered, stageOf()));
    const both = await drive(Promise.all([1, 2].map(() => apply(rendered, stageOf(), { approved, jobs: log }))));
    expect(both.map(({ status }) => status)).toEqual(['done', 'done']);
    expect(await podsOf(nameIn(rendered))).toHaveLength(1);
  });

  it('fails where a job is gone before it was seen to end, and begins anew only what may run twice', async () => {
    for (const mayRepeat of [false, true]) {
      const annotations = mayRepeat ? { 'tidegate.dev/repeat': 'safe' } : undefined;
      const rendered = target(
        job('migrate', {
          image: 'registry.example.com/slow:v1',
          ...(annotations === undefined ? {} : { annotations }),
        }),
      );
      const log = rememberedBy('first');
      const approved = await drive(planWithJobs(rendered, stageOf()));
      let isDeleted = false;
      const stage = stageOf();
      const path = `/apis/batch/v1/namespaces/${namespace()}/jobs/${nameIn(rendered)}`;
      const request: typeof stage.cluster.request = async (asked, init) => {
        const answer = await stage.cluster.request(asked, init);
        const isStart = init?.body?.toString().includes('"suspend":false') === true && asked.startsWith(path);
        if (!isStart || isDeleted) return answer;
        isDeleted = true;
        await server().request(path, {
          method: 'DELETE',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ propagationPolicy: 'Background' }),
        });
        return answer;
      };
      const result = await drive(
        apply(rendered, { ...stage, cluster: { ...stage.cluster, request } }, { approved, jobs: log }),
      );
      if (mayRepeat) expect(result).toMatchObject({ status: 'done' });
      else {
        expect(result).toMatchObject({
          status: 'failed',
          because: expect.stringContaining('is gone before it was seen to end, so that nobody knows whether it ran'),
        });
      }
    }
  });

  it('writes nothing over a Job of somebody else', async () => {
    const rendered = target(job('migrate'));
    const foreign = job(nameIn(rendered), { run: '' });
    await send('POST', `/apis/batch/v1/namespaces/${namespace()}/jobs`, foreign);
    const stage = stageOf();
    expect(await deployWithJobs(rendered, stage)).toMatchObject({
      status: 'failed',
      because: expect.stringContaining('is there already, and not of this release on rehearsal'),
    });
    const [only] = await jobs();
    expect(only?.metadata.annotations ?? {}).not.toHaveProperty(['tidegate.dev/release']);
  });

  it('keeps the Jobs of the last three releases, and sees none of them as drift', async () => {
    const log = rememberedBy('first');
    const versions = [1, 2, 3, 4, 5].map((version) =>
      target(job('migrate', { image: `registry.example.com/migrate:v${version}` })),
    );
    for (const rendered of versions) {
      expect(await deployWithJobs(rendered, stageOf(), log)).toMatchObject({ status: 'done' });
      // Ages are whole seconds.
      await drive(server().clock.sleep(1100));
    }
    const names = (await jobs()).map(({ metadata }) => metadata.name).sort();
    expect(names).toEqual(
      versions
        .slice(2)
        .map((rendered) => nameIn(rendered))
        .sort(),
    );
    const last = versions.at(-1) ?? target();
    const approved = await drive(planWithJobs(last, stageOf(), { records: [...log.records.values()] }));
    expect(approved.jobs).toBeUndefined();
    expect(approved.objects.every(({ action }) => action === 'unchanged')).toBe(true);
  });

  it('stops a job of the release that is taken back, which a stopped wave has left running', async () => {
    const first = target();
    const second = target(job('migrate', { image: 'registry.example.com/hang:v1' }), job('undo', { run: 'back' }));
    const log = rememberedBy('first');
    await deployWithJobs(first, stageOf(), log);
    const forward = await drive(planWithJobs(second, stageOf()));
    let asked = 0;
    const guard = async () => (++asked > 6 ? 'wave only is stopped' : undefined);
    const halted = await drive(apply(second, stageOf(), { approved: forward, jobs: log, guard }));
    expect(halted).toMatchObject({ status: 'stopped', because: 'wave only is stopped' });
    const digest = digestOf(canonicalJson(second));
    const takenBack = [{ release: releaseOf(second), digest, rendered: second, records: [...log.records.values()] }];
    const approved = await drive(planWithJobs(first, stageOf(), { takenBack, records: [] }));
    const carried = { approved, jobs: log, takenBack: new Map([[digest, second]]) };
    expect(await drive(apply(first, stageOf(), carried))).toMatchObject({ status: 'done' });
    const left = (await jobs()).find(({ metadata }) => metadata.name === nameIn(second));
    expect(left?.spec).toMatchObject({ suspend: true });
    expect(await drive(runAfter(first, stageOf(), carried))).toMatchObject({ status: 'done' });
    const ended = [...log.records.values()].map(({ id, state, because }) => [id.split('/').at(-1), state, because]);
    expect(ended).toEqual([
      [nameIn(second), 'failed', 'its release is taken back'],
      [nameIn(second, 'undo'), 'complete', undefined],
    ]);
  });

  it('takes a release back by its own job, once what stood there before has settled and before anything is pruned', async () => {
    const first = target();
    const undo = job('undo', { run: 'back', reads: 'undo', image: 'registry.example.com/undo:v1' });
    const second = target(configMap('undo'), job('migrate'), undo);
    const log = rememberedBy('first');
    await deployWithJobs(first, stageOf(), log);
    expect(await deployWithJobs(second, stageOf(), log)).toMatchObject({ status: 'done' });
    const records = [...log.records.values()];
    const digest = digestOf(canonicalJson(second));
    const stage = stageOf();
    const takenBack = [{ release: releaseOf(second), digest, rendered: second, records }];
    const approved = await drive(planWithJobs(first, stage, { takenBack, records: [] }));
    expect(approved.jobs?.runs).toMatchObject([{ name: 'undo', run: 'back', release: releaseOf(second) }]);
    const carried = { approved, jobs: log, takenBack: new Map([[digest, second]]) };
    await drive(apply(first, stage, carried));
    expect(await drive(runAfter(first, stage, carried))).toMatchObject({ status: 'done' });
    expect(await drive(prune(first, stage, carried))).toMatchObject({ status: 'done' });
    expect(written(stage)).toEqual([
      `PATCH jobs/${nameIn(second, 'undo')}`,
      `PATCH jobs/${nameIn(second, 'undo')}`,
      'DELETE configmaps/undo',
    ]);
    const again = stageOf();
    expect(await drive(runAfter(first, again, carried))).toMatchObject({ status: 'done' });
    expect(written(again)).toEqual([]);
  });
};
