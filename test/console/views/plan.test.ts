import { expect, it } from 'vitest';
import { findingLines } from '../../../cli/finding-lines.ts';
import { groupFindings } from '../../../console/views/findings.ts';
import { planView } from '../../../console/views/plan.ts';
import type { Finding, PlannedObject } from '../../../shared/rollout/plan.ts';
import { noRestarts } from '../../../shared/rollout/restarts.ts';
import type { PlannedOne } from '../../../shared/wave/plan-one.ts';
import { exampleRelease } from '../example-release.ts';

const release = exampleRelease('1');
const web = 'apps/Deployment/default/web' as const;
const planOf = (target: string, objects: readonly PlannedObject[]) => ({
  target,
  release: 'sha256:1' as const,
  rendered: 'sha256:2' as const,
  objects,
  restarts: noRestarts,
});
const object = (id: PlannedObject['id'], action: PlannedObject['action']): PlannedObject => ({
  id,
  service: 'web',
  action,
  fields: [],
});
const warning = (because: string, on: Finding['object'] = web): Finding => ({
  ...(on === undefined ? {} : { object: on }),
  rule: 'r',
  severity: 'warning',
  because,
});

it('a plan that is refused has every conflict of every target, field by field', () => {
  const conflict = (target: string, manager: string): [string, PlannedOne] => [
    target,
    {
      status: 'refused',
      refusals: [
        {
          code: 'FIELD_CONFLICT',
          object: web,
          because: `web: .spec.replicas is set by ${manager}`,
          conflicts: [{ path: '.spec.replicas', manager }],
        },
      ],
    },
  ];
  const previews = new Map([conflict('a', 'hpa'), conflict('b', 'hpa'), conflict('c', 'ops')]);
  expect(planView('c0ffee', 'sha256:1', release, previews)).toEqual({
    status: 'refused',
    commit: 'c0ffee',
    problems: [
      'a: web: .spec.replicas is set by hpa',
      'b: web: .spec.replicas is set by hpa',
      'c: web: .spec.replicas is set by ops',
    ],
    refusals: [
      {
        code: 'FIELD_CONFLICT',
        object: web,
        because: 'web: .spec.replicas is set by hpa',
        conflicts: [{ path: '.spec.replicas', manager: 'hpa' }],
        targets: ['a', 'b'],
      },
      {
        code: 'FIELD_CONFLICT',
        object: web,
        because: 'web: .spec.replicas is set by ops',
        conflicts: [{ path: '.spec.replicas', manager: 'ops' }],
        targets: ['c'],
      },
    ],
  });
});

it('findings are told once with their targets: what is worse first, then what the plan touches', () => {
  const untouched = '/Service/default/old' as const;
  const found = ['a', 'b'].map((target) => ({
    plan: planOf(target, [object(web, 'change'), object(untouched, 'unchanged')]),
    findings: [
      { object: untouched, rule: 'r', severity: 'waived', because: 'waived' } as const,
      warning('old', untouched),
      warning('new'),
      ...(target === 'b' ? [{ rule: 'capacity', severity: 'error', because: 'no room' } as const] : []),
    ],
  }));
  const groups = groupFindings(found);
  expect(groups).toEqual([
    { rule: 'capacity', severity: 'error', because: 'no room', targets: ['b'], touched: true },
    { ...warning('new'), spoken: 'Deployment default/web', targets: ['a', 'b'], touched: true },
    { ...warning('old', untouched), spoken: 'Service default/old', targets: ['a', 'b'], touched: false },
    {
      object: untouched,
      rule: 'r',
      severity: 'waived',
      because: 'waived',
      spoken: 'Service default/old',
      targets: ['a', 'b'],
      touched: false,
    },
  ]);
  expect(findingLines(groups, 2)).toEqual([
    '  1 error, 2 warnings, 1 waived',
    '  error no room (capacity)  on b',
    '  warning new (r)',
    '  warning old (r)',
    '  waived waived (r)',
    '  to live with a warning, say why on its object: annotation tidegate.dev/waive-RULE',
  ]);
});

it('of what a plan leaves alone five findings are named, the rest is counted', () => {
  const findings = Array.from({ length: 8 }, (_, at) => warning(`w${at}`));
  const lines = findingLines(groupFindings([{ plan: planOf('a', [object(web, 'unchanged')]), findings }]), 1);
  expect(lines.slice(-3, -1)).toEqual([
    '  warning w4 (r)',
    '  and 3 more about objects that this plan leaves alone; --json has all',
  ]);
});
