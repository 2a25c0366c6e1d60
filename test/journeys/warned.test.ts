import { afterAll, beforeAll, expect, test } from 'vitest';
import { image, smallFleetConfig } from './fleet-config.ts';
import { openRehearsal, webService } from './rehearsal.ts';

type Json = Readonly<Record<string, unknown>>;

const config = smallFleetConfig('v1', {
  waves: JSON.parse(smallFleetConfig('v1')).waves.map((wave: Json) => ({ ...wave, gates: [] })),
});
const base = JSON.parse(config);

/** A report of every night, on nodes that are chosen by a label which is on its way out. */
const report = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'report' },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: {
      spec: {
        template: {
          spec: {
            nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
            restartPolicy: 'Never',
            containers: [{ name: 'main', image: image('v1'), resources: { requests: { cpu: '50m', memory: '32Mi' } } }],
          },
        },
      },
    },
  },
};
const warning =
  'spec.jobTemplate.spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead';

const story = await openRehearsal({ config });
afterAll(() => story.close());

beforeAll(async () => {
  await story.settleFirst();
});

test('what an API server warns of is told with the plan and with each deployment, and stops nothing', async () => {
  const rollout = await story.merge(
    {
      'tidegate.json': JSON.stringify({
        ...base,
        services: { web: base.services.web, report: { manifests: 'services/report.json' } },
      }),
      'services/web.jsonnet': webService,
      'services/report.json': JSON.stringify(report),
    },
    'A report',
  );
  const question = await story.asked();
  expect(await story.findings(question.plan, 'eks-a')).toContainEqual({
    object: 'batch/CronJob/default/report',
    rule: 'api-warning',
    severity: 'warning',
    because: `CronJob default/report: the API server warns: ${warning}`,
  });
  await story.decide(question, 'approve');
  expect(await story.ended(rollout)).toMatchObject({ outcome: 'succeeded' });
  const told = await story.events(rollout);
  expect(told.filter((text) => text.includes(warning))).toEqual(
    ['eks-staging', 'aks-staging', 'gke-internal', 'eks-a'].map(
      (target) => `${target} deployed; the API server warned: ${warning}`,
    ),
  );
});
