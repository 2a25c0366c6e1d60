import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { assessSettled } from '../../../shared/apply/settled/assess-settled.ts';
import { compileRules } from '../../../shared/apply/settled/settled-by-rule.ts';
import { toSettledRule } from '../../../shared/fleet/settled.ts';
import type { SettledRule } from '../../../shared/rollout/release.ts';
import { parse, soundConfig } from '../../fleet-config/configs.ts';
import { live } from '../manifests.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const of = (apiVersion: string, kind: string, status: unknown, spec: object = {}, metadata: object = {}): LiveObject =>
  live(apiVersion, kind, { metadata: { generation: 2, ...metadata }, spec, status });

/** `ready Reason: message` by these rules. */
const judge = (rules: readonly SettledRule[], object: LiveObject): string => {
  const group = object.apiVersion.split('/').slice(0, -1).join('/');
  const { status, reason, message } = assessSettled(object, now, compileRules(rules)({ group, kind: object.kind }));
  return `${status} ${reason}: ${message}`;
};

/** The rules that docs/config.md shows. */
const documented = async (): Promise<readonly SettledRule[]> => {
  const page = readFileSync(new URL('../../../docs/config.md', import.meta.url), 'utf8');
  const [, example] = /```jsonnet\n(settled: \[\n[\s\S]*?\n\],)\n```/.exec(page) ?? [];
  const parsed = await parse('fleet.jsonnet', `${JSON.stringify(soundConfig)} + {\n${example}\n}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config.settled.map(toSettledRule);
};

const ready = (status: string, message = 'Issuing certificate as Secret does not exist') => ({
  ...{ type: 'Ready', status, reason: 'x', message, observedGeneration: 2 },
});
const certificate = (status: unknown) => of('cert-manager.io/v1', 'Certificate', status);
const rollout = (status: object) => of('argoproj.io/v1alpha1', 'Rollout', { observedGeneration: '2', ...status });
const postgres = (status: object) => of('postgresql.cnpg.io/v1', 'Cluster', status, { instances: 3 });
const primary = { currentPrimary: 'db-1', targetPrimary: 'db-1' };

describe('the rules of the documents', () => {
  it.each<[string, LiveObject, string]>([
    ['a certificate that is there', certificate({ conditions: [ready('True')] }), 'ready Ready: '],
    [
      'a certificate on its way',
      certificate({ conditions: [ready('False')] }),
      'in-progress NotReady: Issuing certificate as Secret does not exist',
    ],
    [
      'a certificate that its issuer refuses again and again',
      certificate({ conditions: [ready('False', 'rate limited')], failedIssuanceAttempts: 3 }),
      'failed Failed: rate limited',
    ],
    [
      'a certificate that nobody has looked at',
      certificate(undefined),
      'in-progress NotReady: expression failed of its rule gives nothing: No such key: status',
    ],
    ['a canary that waits for a person', rollout({ phase: 'Paused' }), 'ready Ready: '],
    [
      'a canary under way',
      rollout({ phase: 'Progressing', message: 'more' }),
      'in-progress NotReady: Progressing: more',
    ],
    ['a canary that was given up', rollout({ phase: 'Degraded' }), 'failed Failed: Degraded: no message'],
    [
      'a canary whose controller has not seen it',
      rollout({ phase: 'Healthy', observedGeneration: '1' }),
      'in-progress LatestGenerationNotObserved: its controller has seen generation 1 of 2',
    ],
    [
      'a database that is whole',
      postgres({ phase: 'Cluster in healthy state', readyInstances: 3, ...primary }),
      'ready Ready: ',
    ],
    [
      'a database in the middle of a switchover',
      postgres({ phase: 'Switchover in progress', readyInstances: 3, currentPrimary: 'db-1', targetPrimary: 'db-2' }),
      'in-progress NotReady: Switchover in progress',
    ],
    [
      'a database that is lost',
      postgres({ phase: 'Cluster is unrecoverable and needs manual intervention', readyInstances: 0, ...primary }),
      'failed Failed: Cluster is unrecoverable and needs manual intervention',
    ],
  ])('judge %s', async (_, object, expected) => {
    expect(judge(await documented(), object)).toBe(expected);
  });
});

describe('a rule', () => {
  const widget = (status: unknown) => of('example.com/v1', 'Widget', status);
  const rule = (more: Partial<SettledRule> = {}): readonly SettledRule[] => [
    { group: 'example.com', kind: 'Widget', ready: 'object.status.ok', ...more },
  ];

  it('takes the place of what is common to all custom kinds', () => {
    const odd = { ok: true, phase: 'Frobnicated', conditions: [{ type: 'Stalled', status: 'True' }] };
    expect(judge(rule(), widget(odd))).toBe('ready Ready: ');
    expect(judge([], widget(odd))).toBe('failed Stalled: ');
  });

  it('is for its own kind and group', () => {
    expect(judge(rule({ group: 'other.com' }), widget({ phase: 'Pending' }))).toBe(
      'in-progress Pending: its status says Pending',
    );
  });

  it('never makes an object ready of which it gives nothing', () => {
    expect(judge(rule(), widget({ ok: 'yes' }))).toBe(
      'in-progress NotReady: expression ready of its rule gives nothing: it gives string, not bool',
    );
    expect(judge(rule({ failed: 'object.status.bad' }), widget({ ok: true }))).toBe(
      'in-progress NotReady: expression failed of its rule gives nothing: No such key: bad',
    );
  });

  it('says what it asks for where it says no more', () => {
    expect(judge(rule(), widget({ ok: false }))).toBe('in-progress NotReady: its rule is not met: object.status.ok');
    expect(judge(rule({ failed: '!object.status.ok' }), widget({ ok: false }))).toBe(
      'failed Failed: its rule says so: !object.status.ok',
    );
    expect(judge(rule({ progress: 'object.status.note' }), widget({ ok: false }))).toBe(
      'in-progress NotReady: its rule is not met: object.status.ok',
    );
  });

  it('is no longer than a message may be', () => {
    const note = 'x'.repeat(5000);
    expect(judge(rule({ progress: 'object.status.note' }), widget({ ok: false, note })).length).toBeLessThan(400);
  });

  describe('for a built-in kind', () => {
    const asks = (ready: string, failed?: string): readonly SettledRule[] => [
      { group: 'batch', kind: 'Job', ready, ...(failed === undefined ? {} : { failed }) },
    ];
    const complete = { startTime: 'x', succeeded: 2, conditions: [{ type: 'Complete', status: 'True' }] };
    const job = (status: object) => of('batch/v1', 'Job', status);

    it('is one condition more', () => {
      expect(judge(asks('object.status.succeeded >= 3'), job(complete))).toBe(
        'in-progress NotReady: its rule is not met: object.status.succeeded >= 3',
      );
      expect(judge(asks('object.status.succeeded >= 2'), job(complete))).toBe('ready Ready: ');
      expect(judge(asks('true'), job({ startTime: 'x' }))).toBe(
        'in-progress JobRunning: 0 of its pods succeeded so far',
      );
    });

    it('may give up before the kind itself does', () => {
      expect(judge(asks('true', 'object.status.failed > 2'), job({ startTime: 'x', failed: 3 }))).toBe(
        'failed Failed: its rule says so: object.status.failed > 2',
      );
    });
  });
});
