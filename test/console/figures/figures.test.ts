import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { exposition, type Family, formatFor, formats } from '../../../console/figures/exposition.ts';
import { type FiguresRows, figures } from '../../../console/figures/figures.ts';
import { parseOpenMetrics } from '../../../shared/analysis/scrape/parse-openmetrics.ts';
import type { AvailabilityStanding } from '../../../shared/availability/assess-objective-standings.ts';
import { describeWith } from '../../analysis/program.ts';
import { tellStory } from '../fleet-story.ts';
import { consoleOver } from '../story-console.ts';

const now = 100 * 24 * 3_600_000;
const odd: Family = {
  name: 'tidegate_odd',
  help: 'A back\\slash, a "quote" and\na line.',
  unit: 'ratio',
  samples: [
    { labels: { target: 'a"b\\c\nd', gate: 'ünï' }, value: 0.00001 },
    { labels: {}, value: Number.POSITIVE_INFINITY },
  ],
};

describe('the text', () => {
  it('is the Prometheus format where nothing else is asked for', () => {
    expect(exposition([odd, { ...odd, name: 'tidegate_none', samples: [] }], 'prometheus')).toBe(
      '# TYPE tidegate_odd gauge\n# HELP tidegate_odd A back\\\\slash, a "quote" and\\na line.\n' +
        'tidegate_odd{target="a\\"b\\\\c\\nd",gate="ünï"} 0.00001\ntidegate_odd +Inf\n',
    );
  });

  it('is OpenMetrics where that is asked for', () => {
    expect(exposition([odd], 'openMetrics')).toBe(
      '# TYPE tidegate_odd gauge\n# UNIT tidegate_odd ratio\n# HELP tidegate_odd A back\\\\slash, a \\"quote\\" and\\na line.\n' +
        'tidegate_odd{target="a\\"b\\\\c\\nd",gate="ünï"} 0.00001\ntidegate_odd +Inf\n# EOF\n',
    );
  });

  test.each([
    [null, 'prometheus'],
    ['*/*', 'prometheus'],
    ['application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5', 'openMetrics'],
  ] as const)('for a scraper that accepts %s is %s', (accept, format) => expect(formatFor(accept)).toBe(format));
});

const availability: AvailabilityStanding = {
  target: 'prod',
  gate: 'up',
  allowed: 0.001,
  state: 'unknown',
  requests: 100,
  failures: 2,
  failuresWithRetry: 1,
  invalid: 3,
  upper: 0.0616,
  stillNeeded: 1,
  budget: { failures: 0.1, left: -1.9 },
  slots: { seen: 9, expected: 10, missing: 1 },
  outage: { because: 'refused', since: 0 },
};
const end = { outcome: 'failed', because: '', at: now - 60_000 } as const;
const started = { repository: 'a/b', commit: 'c', startedAt: now - 120_000, startedBy: 'x', authors: [] };
const rows: FiguresRows = {
  rollouts: [
    { ...started, rollout: 'r2' },
    { ...started, rollout: 'r1', end },
    { ...started, rollout: 'r0', end: { ...end, outcome: 'succeeded', at: now - 90_000 } },
  ],
  verdicts: [{ kind: 'probe', verdict: 'fail' }],
  availability: [availability],
  approvalsOpen: 1,
  queue: { external: 2 },
  targetsByCommit: { c: 3, d: 1 },
  following: [{ target: 'acme', lag: { since: 0, maxLagMs: 1, isDebt: true } }, { target: 'beta' }],
  silentProbers: { 'eu-west-1': 4 },
  drifts: [
    { target: 'prod', at: now - 60_000, commit: 'c', rollout: 'r0', status: 'drifted', count: 2, objects: [] },
    { target: 'lost', at: now - 90_000, commit: 'c', rollout: 'r0', status: 'unknown', because: 'no answer' },
  ],
};
const families = figures(rows, now);
const lines = exposition(families, 'prometheus').split('\n');

describe('our own figures', () => {
  test.each([
    'tidegate_rollouts{outcome="failed"} 1',
    'tidegate_rollouts{outcome="aborted"} 0',
    'tidegate_rollouts_running 1',
    'tidegate_rollout_duration_seconds{statistic="median"} 30',
    'tidegate_rollout_duration_seconds{statistic="p90"} 60',
    'tidegate_gate_verdicts{kind="probe",verdict="fail"} 1',
    'tidegate_gate_verdicts{kind="probe",verdict="pass"} 0',
    'tidegate_approvals_open 1',
    'tidegate_queue_length{wave="external"} 2',
    'tidegate_releases_live 2',
    'tidegate_targets_verified 4',
    'tidegate_probe_attempts{target="prod",gate="up",result="passed"} 98',
    'tidegate_probe_attempts{target="prod",gate="up",result="invalid"} 3',
    'tidegate_probe_failures_with_retry{target="prod",gate="up"} 1',
    'tidegate_probe_slots_missing{target="prod",gate="up"} 1',
    'tidegate_probers_silent{region="eu-west-1"} 4',
    'tidegate_target_out{target="prod",gate="up"} 1',
    'tidegate_drifted_objects{target="prod"} 2',
    'tidegate_drift_looked_seconds{target="lost"} 90',
    'tidegate_objective_state{target="prod",gate="up",state="unknown"} 1',
    'tidegate_objective_state{target="prod",gate="up",state="met"} 0',
    'tidegate_budget_left_failures{target="prod",gate="up"} -1.9',
    'tidegate_delivery_deployments 1',
    'tidegate_delivery_change_failure_ratio 0.5',
    'tidegate_delivery_not_restored 1',
  ])('hold %s', (line) => expect(lines).toContain(line));

  it('are each in docs/metrics.md, with their labels, and nothing else is', () => {
    const docs = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const documented = [...docs.matchAll(/^\| `(tidegate_\w+)` \|([^|]*)\|/gm)].map(([, name, labels]) => ({
      name,
      labels: [...(labels ?? '').matchAll(/`(\w+)`/g)].map(([, label]) => label),
    }));
    const withLabels = families.map(({ name, samples }) => ({ name, labels: Object.keys(samples[0]?.labels ?? {}) }));
    // What is only there when something was restored.
    const labelled = withLabels.map((each) =>
      each.name === 'tidegate_delivery_time_to_restore_seconds' ? { ...each, labels: ['statistic'] } : each,
    );
    expect(documented).toEqual(labelled);
  });
});

describe('dashboards', () => {
  const folder = new URL('../../../dashboards/', import.meta.url);
  test.each(readdirSync(folder))('%s asks for nothing that is not exposed', (file) => {
    const dashboard = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    const asked = [...JSON.stringify(dashboard.panels).matchAll(/tidegate_\w+/g)].map(([name]) => name);
    const exposed = new Set(families.map(({ name }) => name));
    expect(asked.length).toBeGreaterThanOrEqual(18);
    expect([...new Set(asked)].filter((name) => !exposed.has(name))).toEqual([]);
    for (const { targets } of dashboard.panels) {
      for (const { query = '', expr = '', alias = '', legendFormat = '' } of targets) {
        const [name] = /tidegate_\w+/.exec(`${query}${expr}`) ?? [''];
        const known = families.find((family) => family.name === name)?.samples[0]?.labels;
        const labels = [...`${alias} ${legendFormat}`.matchAll(/\$tag_(\w+)|\{\{(\w+)\}\}/g)].map(([, a, b]) => a ?? b);
        if (known !== undefined) expect(labels).toEqual(Object.keys(known));
      }
    }
  });
});

describeWith('beside promtool', ['promtool'], () => {
  test.each(['prometheus', 'openMetrics'] as const)('the %s text has no fault that it finds', (format) => {
    // promtool reads the format of Prometheus; of OpenMetrics it takes what both have.
    const text = exposition(families, format).replace('# EOF\n', '');
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect({ status: checked.status, found: checked.stderr + checked.stdout }).toEqual({ status: 0, found: '' });
  });
});

describe('/metrics', async () => {
  const site = consoleOver(await tellStory());

  it('answers who may read, in the format that is asked for, and our own scraper reads it', async () => {
    const answer = await site.get('/metrics', 'ana', { accept: 'application/openmetrics-text' });
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status: 200,
      type: formats.openMetrics,
    });
    const text = await answer.text();
    const read = parseOpenMetrics(text);
    expect([...read.types.keys()]).toContain('tidegate_approvals_open');
    expect(text).toContain('\ntidegate_approvals_open 1\n');
  });

  it('answers nobody else', async () => {
    expect((await site.get('/metrics', 'nobody')).status).toBe(401);
  });
});
