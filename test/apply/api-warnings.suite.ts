import { describe, expect, it } from 'vitest';
import { planTarget } from '../../shared/apply/plan-target.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap, deployment } from './manifests.ts';
import { apply, plan, releaseOf, renderedOf } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

/** A workload that chooses its nodes by a label which is on its way out. */
const onLinux = (name: string, annotations?: Readonly<Record<string, string>>): Manifest => {
  const object = deployment(name, annotations === undefined ? {} : { annotations });
  const { template, ...spec } = object.spec as { readonly template: { readonly spec: object } };
  const pod = { ...template.spec, nodeSelector: { 'beta.kubernetes.io/os': 'linux' } };
  return { ...object, spec: { ...spec, template: { ...template, spec: pod } } };
};
const text =
  'spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead';

/** What the API server says beside its answer. */
export const apiWarningsSuite = (server: () => Server): void => {
  const { stageOf, drive, namespace } = playOn(server, 'warned');
  const findings = async (object: Manifest) => {
    const rendered = renderedOf({ web: [object] });
    const { cluster } = stageOf();
    const { signal } = new AbortController();
    const input = { cluster, rendered, release: releaseOf(rendered), namespace: namespace(), signal };
    const planned = await drive(planTarget(input));
    if (planned.status === 'refused') throw new Error(JSON.stringify(planned.refusals));
    return planned.findings.filter(({ rule }) => rule === 'api-warning');
  };

  describe('a warning', () => {
    it('of a dry run is a finding of the plan', async () => {
      expect(await findings(onLinux('web'))).toEqual([
        {
          object: `apps/Deployment/${namespace()}/web`,
          rule: 'api-warning',
          severity: 'warning',
          because: `Deployment ${namespace()}/web: the API server warns: ${text}`,
        },
      ]);
    });

    it('is waived as any other finding', async () => {
      const waived = onLinux('web', { 'tidegate.dev/waive-api-warning': 'all nodes carry both' });
      expect((await findings(waived)).map(({ severity, because }) => [severity, because])).toEqual([
        ['waived', `Deployment ${namespace()}/web: the API server warns: ${text}; waived: all nodes carry both`],
      ]);
    });

    it('of a write is kept with the slice, by object, each once', async () => {
      const rendered = renderedOf({ web: [configMap('quiet'), onLinux('web'), onLinux('api')] });
      const approved = await drive(plan(rendered, stageOf()));
      const result = await drive(apply(rendered, stageOf(), { approved }));
      expect([result.status, result.warnings]).toEqual([
        'done',
        ['api', 'web'].map((name) => ({ id: `apps/Deployment/${namespace()}/${name}`, text })),
      ]);
    });
  });
};
