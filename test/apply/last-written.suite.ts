import { expect, it } from 'vitest';
import { lookAgain, type SeenAgain } from '../../shared/apply/look-again.ts';
import { deploy } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn, web } from './theatre.ts';

const merge = 'application/merge-patch+json';

/** Who wrote what a last look finds changed, as a server keeps it in managedFields. */
export const lastWrittenSuite = (server: () => Server): void => {
  const { drive, stageOf, namespace, send, pathOf } = playOn(server, 'written');
  const look = (): Promise<SeenAgain> => {
    const { cluster, clock } = stageOf();
    const input = { rendered: web(), namespace: namespace(), kept: [], asksWhetherRuns: false };
    return drive(lookAgain(input, { cluster, clock }, new AbortController().signal));
  };
  const writtenBy = (manager: string, operation: string) => ({ manager, operation, at: expect.any(Number) });

  it('is told where somebody edited it, and how it stands was written later', async () => {
    await drive(deploy(web(), stageOf()));
    await send('PATCH', `${pathOf('deployments', 'web')}?fieldManager=kubectl-edit`, { spec: { replicas: 3 } }, merge);
    await drive(server().clock.sleep(5_000));
    expect(await look()).toMatchObject({
      status: 'different',
      toDo: [{ id: `apps/Deployment/${namespace()}/web`, written: writtenBy('kubectl-edit', 'Update') }],
    });
  });

  it('is told where somebody applied it, which refuses the look', async () => {
    await drive(deploy(web(), stageOf()));
    const taken = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { key: 'theirs' } };
    const path = `${pathOf('configmaps', 'settings')}?fieldManager=night-shift&force=true`;
    await send('PATCH', path, taken, 'application/apply-patch+yaml');
    expect(await look()).toMatchObject({
      status: 'refused',
      refusals: [
        {
          ...{ code: 'FIELD_CONFLICT', object: `/ConfigMap/${namespace()}/settings` },
          written: writtenBy('night-shift', 'Apply'),
        },
      ],
    });
  });
};
