import { afterAll, describe, expect, test } from 'vitest';
import { smallFleetConfig } from './fleet-config.ts';
import { image, openRehearsal } from './rehearsal.ts';

const config = (version: string): string => {
  const { waves } = JSON.parse(smallFleetConfig(version));
  return smallFleetConfig(version, {
    waves: waves.map(({ approval: _, ...wave }: { readonly approval?: unknown }) => wave),
    alerts: [
      { targets: { stage: 'external' }, labels: { cluster: '{cluster}', severity: 'page' } },
      { wave: 'internal', labels: { team: 'internal' } },
    ],
  });
};

const story = await openRehearsal({ config: config('v1') });
afterAll(story.close);
const merge = (version: string) => story.merge({ 'tidegate.json': config(version) }, version);

/** What Alertmanager sends of one group. */
const group = (...alerts: readonly object[]) => ({
  version: '4',
  groupKey: '{}:{alertname="HighErrorRate"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'tidegate',
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'https://alertmanager.example.com',
  alerts,
});
const alert = (status: 'firing' | 'resolved', labels: Readonly<Record<string, string>>, startsAt: number) => ({
  status,
  labels: { alertname: 'HighErrorRate', ...labels },
  annotations: { summary: 'one request in twenty fails' },
  startsAt: new Date(startsAt).toISOString(),
  endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : new Date(story.now()).toISOString(),
  generatorURL: 'https://prometheus.example.com/graph',
  fingerprint: 'd1f1',
});
const running = (target: string) => story.running(target);

describe('an alert from outside', () => {
  test('stops the running wave on its target within five seconds, and it goes back', async () => {
    expect(await story.ended(await story.begin())).toMatchObject({ outcome: 'succeeded' });
    const rollout = await merge('v2');
    await story.until(() => running('gke-internal').includes(image('v2')));
    const since = story.now();
    const answer = await story.alerts(group(alert('firing', { target: 'gke-internal' }, since - 30_000)));
    expect(answer).toEqual({
      status: 200,
      body: {
        outcome: 'taken',
        firing: 1,
        resolved: 0,
        held: ['target/gke-internal'],
        stopped: ['internal'],
        unplaced: [],
        unplacedInAll: 0,
        repeated: false,
      },
    });
    const stop = (await story.timeline(rollout)).find(({ kind }) => kind === 'stop');
    const at = new Date(since - 30_000).toISOString();
    expect(stop).toMatchObject({
      wave: 'internal',
      target: 'gke-internal',
      text: `stops internal: FAIL gate alert HighErrorRate on gke-internal: it fires since ${at}: one request in twenty fails`,
    });
    expect((stop?.at ?? Infinity) - since).toBeLessThanOrEqual(5_000);
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'rolled_back' });
    expect(running('gke-internal')).toEqual([image('v1')]);
    expect(running('eks-staging')).toEqual([image('v1')]);
  });

  test('holds the next entry to its target alone until it resolves, and told again changes nothing', async () => {
    const rollout = await merge('v3');
    const waits = /^internal waits: target gke-internal is held by alert HighErrorRate: one request in twenty fails/;
    await story.until(async () => (await story.events(rollout)).some((text) => waits.test(text)));
    const again = await story.alerts(group(alert('firing', { target: 'gke-internal' }, story.now() - 600_000)));
    expect(again.body).toMatchObject({ outcome: 'taken', held: ['target/gke-internal'], stopped: [] });
    await story.pass(600_000);
    expect(running('gke-internal')).toEqual([image('v1')]);
    expect(running('eks-staging')).toEqual([image('v3')]);
    const begun = story.now() - 1_200_000;
    expect((await story.alerts(group(alert('resolved', { target: 'gke-internal' }, begun)))).body).toMatchObject({
      outcome: 'taken',
      resolved: 1,
      held: [],
    });
    // Told late of the time before that: another of two Alertmanagers was slow.
    const late = await story.alerts(group(alert('firing', { target: 'gke-internal' }, begun)));
    expect(late.body).toMatchObject({ held: [], stopped: [] });
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
  });

  test('is about what the config says of its labels, and is waived by a person by name, until it fires anew', async () => {
    const byCluster = { cluster: 'a', severity: 'page' };
    const began = story.now();
    const first = await story.alerts(group({ ...alert('firing', byCluster, began), fingerprint: 'e' }));
    expect(first.body).toMatchObject({ held: ['target/eks-a'], stopped: [] });
    const rollout = await merge('v4');
    const waits = /^external waits: target eks-a is held by alert HighErrorRate/;
    await story.until(async () => (await story.events(rollout)).some((text) => waits.test(text)));
    await story.waive('target', 'eks-a');
    await expect(story.waive('target', 'eks-a')).rejects.toThrow('it is not so that target eks-a is held');
    await story.until(() => running('eks-a').includes(image('v4')));
    // The same one goes on: it was let by, and stops nothing.
    const goesOn = await story.alerts(group({ ...alert('firing', byCluster, began), fingerprint: 'e' }));
    expect(goesOn.body).toMatchObject({ held: [], stopped: [] });
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
    expect(await story.events(rollout)).toContain('alert HighErrorRate on target eks-a waived by ana: a test');
    await story.pass(3_600_000);
    const anew = await story.alerts(group({ ...alert('firing', byCluster, story.now()), fingerprint: 'e' }));
    expect(anew.body).toMatchObject({ held: ['target/eks-a'], stopped: [] });
    const { endsAt: _, ...over } = alert('resolved', byCluster, story.now());
    await story.alerts(group({ ...over, fingerprint: 'e' }));
  });

  test('about a target that an earlier wave has left stops the rollout, holds its next wave, and is over when its sender is silent', async () => {
    const rollout = await merge('v5');
    await story.until(() => running('gke-internal').includes(image('v5')));
    const told = () => group({ ...alert('firing', { target: 'eks-staging' }, story.now()), fingerprint: 'f' });
    expect((await story.alerts(told())).body).toMatchObject({ held: ['target/eks-staging'], stopped: ['internal'] });
    expect(await story.ended(rollout)).toMatchObject({
      outcome: 'rolled_back',
      because: expect.stringMatching(
        /^FAIL gate alert HighErrorRate on eks-staging: it fires since .*; this rollout has gone through wave staging there$/,
      ),
    });
    // Its sender says until when it fires unless it is told again, and falls silent: then it is over.
    await story.pass(60_000);
    const endsAt = new Date(story.now() + 600_000).toISOString();
    await story.alerts({ alert: 'HighErrorRate', id: 'f', status: 'firing', target: 'eks-staging', endsAt });
    const next = await merge('v6');
    expect(await story.ended(next)).toMatchObject({ outcome: 'succeeded' });
    expect(await story.events(next)).toContainEqual(
      expect.stringContaining('target eks-staging is held by alert HighErrorRate'),
    );
  });

  test('of nothing that is known is refused with a sentence, and so is a sender without the secret', async () => {
    const unknown = await story.alerts(
      group(alert('firing', { target: 'gke-interal' }, 1), alert('resolved', { target: 'gone' }, 1)),
    );
    expect(unknown).toMatchObject({
      status: 422,
      body: {
        outcome: 'refused',
        code: 'ALERT_UNPLACED',
        message:
          'alert "HighErrorRate": there is no target "gke-interal", which its label target names, and no entry of alerts in the config fits its labels; give alerts a label target, or say in alerts of the config what their labels mean',
      },
    });
    const forged = await story.alerts(group(alert('firing', { target: 'eks-a' }, 1)), 'guess');
    expect(forged).toMatchObject({ status: 401, body: { code: 'SIGNATURE_INVALID' } });
    expect(await story.ended(await merge('v7'))).toMatchObject({ outcome: 'succeeded' });
  });
});
