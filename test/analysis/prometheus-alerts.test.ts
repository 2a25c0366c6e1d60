import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { measureAlerts } from '../../shared/analysis/alerts/measure-alerts.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { AlertGate } from '../../shared/rollout/gate.ts';
import type { MetricSource } from '../../shared/rollout/metric-source.ts';
import { freePort } from '../outside/moto.ts';
import { never, noSecrets, noTools, targetNamed } from './asking.ts';
import { answers, describeWith, eventually, type Program, startProgram, temporaryFolder } from './program.ts';

const RULES = `groups:
  - name: shop
    interval: 1s
    rules:
      - alert: AlwaysDown
        expr: vector(1) > 0
        labels: { severity: page, cluster: bad }
      - alert: NeverDown
        expr: vector(1) > 2
        labels: { severity: page, cluster: good }
      - alert: Pending
        expr: vector(1) > 0
        for: 1h
        labels: { severity: page, cluster: waiting }
      - alert: Broken
        expr: 'label_replace(vector(1), "a", "$1", "", ".*") * on () group_left () (label_replace(vector(1), "b", "1", "", "") or label_replace(vector(1), "b", "2", "", ""))'
        labels: { severity: page, cluster: broken }
      - alert: Watchdog
        expr: vector(1)
        labels: { severity: none }
`;

const CONFIG = (alertmanager: string, rules: string): string =>
  JSON.stringify({
    global: { evaluation_interval: '1s' },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
  });

const ALERTMANAGER = JSON.stringify({
  route: { receiver: 'none' },
  receivers: [{ name: 'none' }],
  inhibit_rules: [{ source_matchers: ['alertname="AlwaysDown"'], target_matchers: ['cluster="inhibited"'] }],
});

describeWith('a real Prometheus with rules, and an Alertmanager', ['prometheus', 'prometheus-alertmanager'], () => {
  const folder = temporaryFolder('alerts');
  const programs: Program[] = [];
  let prometheus: string;
  let alertmanager: string;
  beforeAll(async () => {
    alertmanager = `http://127.0.0.1:${await freePort()}`;
    prometheus = `http://127.0.0.1:${await freePort()}`;
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder.path, name), text);
      return join(folder.path, name);
    };
    programs.push(
      await startProgram(
        'prometheus-alertmanager',
        [
          `--config.file=${file('alertmanager.yml', ALERTMANAGER)}`,
          `--storage.path=${join(folder.path, 'alertmanager')}`,
          `--web.listen-address=${alertmanager.slice(7)}`,
          '--cluster.listen-address=',
        ],
        () => answers(`${alertmanager}/-/ready`),
      ),
    );
    const rules = file('rules.yml', RULES);
    programs.push(
      await startProgram(
        'prometheus',
        [
          `--config.file=${file('prometheus.yml', CONFIG(alertmanager.slice(7), rules))}`,
          `--storage.tsdb.path=${join(folder.path, 'data')}`,
          `--web.listen-address=${prometheus.slice(7)}`,
          // Sent again soon: what fires before the Alertmanager was found would be told after a minute.
          '--rules.alert.resend-delay=1s',
        ],
        () => answers(`${prometheus}/-/ready`),
      ),
    );
    await eventually(
      () => look({ prometheus, allow }, { cluster: 'bad' }),
      ({ verdict }) => verdict === 'fail',
    );
    await eventually(
      () => look({ alertmanager, allow }, { cluster: 'bad' }),
      ({ verdict }) => verdict === 'fail',
    );
  });
  afterAll(async () => {
    for (const program of programs) await program.stop();
    folder.remove();
  });

  const allow = ['127.0.0.0/8'];
  const look = (source: MetricSource, labels: AlertGate['labels'], heartbeat?: AlertGate['labels']) => {
    const gate: AlertGate = {
      kind: 'alerts',
      source: 'prod',
      labels,
      ...(heartbeat === undefined ? {} : { heartbeat }),
      intervalMs: 1_000,
      maxAgeMs: 60_000,
    };
    const outside = { clock: processClock, http: socketHttp(), secrets: noSecrets };
    return measureAlerts({ name: 'pages', gate, source, target: targetNamed('good') }, outside, noTools, never);
  };

  test.each<readonly [string, AlertGate['labels'], string, RegExp]>([
    [
      'an alert that fires',
      { cluster: 'bad' },
      'fail',
      /1 alert fires: AlwaysDown\{.*severity="page".*\}, expected none/,
    ],
    [
      'one that does not, by the name of the target',
      { cluster: '{target}' },
      'pass',
      /no alert of 2 that could fire with \{cluster="good"\} does/,
    ],
    ['one that is only pending', { cluster: 'waiting' }, 'pass', /no alert of 2/],
    [
      'a rule that can not be evaluated',
      { cluster: 'broken' },
      'inconclusive',
      /rule Broken was not evaluated \(health err/,
    ],
    ['a label that no rule has that way', { severity: 'pgae' }, 'inconclusive', /nothing that could fire with/],
    ['all of them', {}, 'fail', /alerts? fires?: /],
  ])('of Prometheus: %s', async (_, labels, verdict, because) => {
    const judgement = await look({ prometheus, allow }, labels);
    expect(judgement).toMatchObject({
      verdict,
      kind: 'alerts',
      target: 'good',
      because: expect.stringMatching(because),
    });
  });

  it('of Alertmanager: fires, or does not while the watchdog does', async () => {
    expect(await look({ alertmanager, allow }, { cluster: 'bad' })).toMatchObject({ verdict: 'fail', value: 1 });
    expect(await look({ alertmanager, allow }, { cluster: 'good' })).toMatchObject({ verdict: 'pass', value: 0 });
    expect(await look({ alertmanager, allow }, { cluster: 'good' }, { alertname: 'Heart' })).toMatchObject({
      verdict: 'inconclusive',
      because: expect.stringContaining('the heartbeat {alertname="Heart"} does not fire'),
    });
  });

  it('of Alertmanager: what is silenced does not count and is said, what is inhibited counts', async () => {
    const post = (path: string, body: unknown) =>
      fetch(`${alertmanager}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const [startsAt, endsAt] = [0, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
    await post('/api/v2/alerts', [
      { labels: { alertname: 'Slow', cluster: 'silenced' } },
      { labels: { alertname: 'Slow', cluster: 'inhibited' } },
    ]);
    const matchers = [{ name: 'cluster', value: 'silenced', isRegex: false, isEqual: true }];
    const silence = await post('/api/v2/silences', { matchers, startsAt, endsAt, createdBy: 'ana', comment: 'known' });
    expect(silence.status).toBe(200);
    const silenced = await eventually(
      () => look({ alertmanager, allow }, { cluster: 'silenced' }),
      ({ verdict, because }) => verdict === 'pass' && because.includes('1 silenced'),
    );
    expect(silenced).toMatchObject({
      verdict: 'pass',
      because: expect.stringContaining('(1 silenced, which do not count)'),
    });
    expect(await look({ alertmanager, allow }, { cluster: 'inhibited' })).toMatchObject({
      verdict: 'fail',
      because: expect.stringContaining('(inhibited)'),
    });
  });
});
