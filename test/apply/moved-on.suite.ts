import { describe, expect, it } from 'vitest';
import { ApiServerRefused } from '../../shared/apply/api-requests.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { widget, widgetDefinition } from './manifests.ts';
import { deploy, renderedOf } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

const merge = 'application/merge-patch+json';

/** Only the real server keeps the schemas of several versions apart where owners of fields are compared. */
export const movedOnSuite = (server: () => Server): void => {
  const { send, stageOf, drive, namespace } = playOn(server, 'moved');

  describe('managedFields of a version that has moved on', () => {
    it('are repaired, and the object is applied at the new one', async () => {
      const group = `${namespace()}.example.com`;
      const schema = (...fields: readonly string[]) => ({
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object',
              properties: Object.fromEntries(fields.map((field) => [field, { type: 'integer' }])),
            },
          },
        },
      });
      const version = (name: string, storage: boolean, ...fields: readonly string[]) => ({
        ...{ name, storage, served: true, schema: schema(...fields) },
      });
      const definition = (...versions: readonly object[]): Manifest => ({
        ...widgetDefinition,
        metadata: { name: `widgets.${group}` },
        spec: { ...(widgetDefinition.spec as object), group, versions },
      });
      const at = (name: string, size: number): Manifest => ({ ...widget('one', size), apiVersion: `${group}/${name}` });
      const both = definition(version('v1', true, 'size'), version('v2', false, 'size'));
      /** For seconds after its definition has changed, a kind answers that its storage begins anew; a state machine tries again. */
      const patiently = async (...objects: readonly Manifest[]) => {
        for (let attempt = 1; ; attempt++) {
          try {
            return await drive(deploy(renderedOf({ web: objects }), stageOf()));
          } catch (error) {
            if (!(error instanceof ApiServerRefused) || attempt === 10) throw error;
            await drive(server().clock.sleep(1000));
          }
        }
      };
      await patiently(both, at('v1', 1));
      // Another manager owns a field at the old version as well.
      const path = `/apis/${group}/v1/namespaces/${namespace()}/widgets/one`;
      await send('PATCH', `${path}?fieldManager=other`, { metadata: { labels: { theirs: 'yes' } } }, merge);
      const moved = definition(version('v1', false, 'renamed'), version('v2', true, 'size', 'renamed'));
      await patiently(moved, at('v2', 1));
      await patiently(moved, at('v2', 2));
      const found = await send('GET', path.replace('/v1/', '/v2/'));
      expect((found.spec as { readonly size: number }).size).toBe(2);
      const owners = found.metadata.managedFields?.map(({ manager, apiVersion }) => `${manager} ${apiVersion}`);
      expect(owners?.sort()).toEqual([`other ${group}/v2`, `tidegate ${group}/v2`]);
    });
  });
};
