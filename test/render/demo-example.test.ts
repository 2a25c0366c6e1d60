import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assessQuery } from '../../shared/analysis/assess-query.ts';
import { parseConfig } from '../../shared/fleet/parse-config.ts';
import { serviceSources } from '../../shared/fleet/service-sources.ts';
import { toTargets } from '../../shared/fleet/targets.ts';
import { evaluateInThread } from '../../shared/render/jsonnet-in-thread.ts';
import { renderTarget } from '../../shared/render/render-target.ts';

const folder = new URL('../../examples/demo/', import.meta.url).pathname;
const evaluate = evaluateInThread();

const files: ReadonlyMap<string, Uint8Array> = new Map(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [relative(folder, file), readFileSync(file)]),
);

const readConfig = async () => {
  const parsed = await parseConfig(files, 'tidegate.jsonnet', evaluate, assessQuery);
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => JSON.stringify(problem)).join('\n'));
  return parsed.config;
};

describe('the demo', () => {
  it('is twelve targets on three clouds in three waves, one of them private', async () => {
    const { frozen, following } = await readConfig();
    expect(following.map(({ target, wave }) => [target.name, wave.approval?.roles])).toEqual([
      ['aws-eu-central-1-prod01', ['acme']],
    ]);
    const clouds = (names: readonly string[]) =>
      ['aws', 'azure', 'gcp'].map((cloud) => names.filter((name) => name.startsWith(cloud)).length);
    expect(frozen.map(({ name, targets, approval }) => [name, clouds(targets), approval?.roles])).toEqual([
      ['staging', [1, 1, 1], undefined],
      ['internal', [1, 1, 1], undefined],
      ['external', [1, 2, 2], ['release-managers']],
    ]);
  });

  it('renders both services on every target, all images by digest', async () => {
    const { targets, services } = await readConfig();
    const rendered = await Promise.all(
      toTargets(targets).map((target) =>
        renderTarget({ files, services: serviceSources(services, target), target }, evaluate),
      ),
    );
    const told = rendered.map(({ services }) =>
      services.map(({ service, objects }) => [service, objects.map(({ object }) => object.kind)]),
    );
    const expected = [
      ['storefront', ['PodDisruptionBudget', 'ConfigMap', 'Deployment', 'Service']],
      ['gateway', ['ConfigMap', 'Deployment', 'Service', 'PodDisruptionBudget']],
    ];
    expect(told).toEqual(rendered.map(() => expected));
    const images = [...JSON.stringify(rendered).matchAll(/"image":"([^"]*)"/g)].map(([, image]) => image);
    expect(images).toHaveLength(24);
    expect(images.filter((image) => !/^[^@]+@sha256:[0-9a-f]{64}$/.test(image ?? ''))).toEqual([]);
  });

  it('has more of the storefront in production, by the size of the target', async () => {
    const { targets, services } = await readConfig();
    const chosen = ['aws-us-east-1-staging', 'aws-us-east-1-internal', 'aws-us-east-1-prod01'];
    const replicas = toTargets(targets)
      .filter(({ name }) => chosen.includes(name))
      .map(async (target) => {
        const rendered = await renderTarget({ files, services: serviceSources(services, target), target }, evaluate);
        const [, count] = /"kind":"Deployment".*?"replicas":(\d+)/.exec(JSON.stringify(rendered)) ?? [];
        return [target.name, Number(count)];
      });
    expect(Object.fromEntries(await Promise.all(replicas))).toEqual({
      'aws-us-east-1-staging': 1,
      'aws-us-east-1-internal': 3,
      'aws-us-east-1-prod01': 4,
    });
  });
});
