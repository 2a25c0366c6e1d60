import { objectAt, stringAt } from '../object.ts';
import type { Controller } from './control-loop.ts';
import { allKeys, change, create, nameKey, read, writeStatus } from './owned.ts';

/** PersistentVolumeClaims: each gets a volume of its own at once, as from a storage class that provisions without waiting. */
export const claimController: Controller = {
  name: 'claim',
  concerns: (_, changed) => (changed.key.resource === 'persistentvolumeclaims' ? [nameKey(changed.key)] : []),
  everything: (plane) => allKeys(plane, 'persistentvolumeclaims'),
  reconcile: (plane, key) => {
    const claim = read(plane, 'persistentvolumeclaims', key);
    if (
      claim === undefined ||
      claim.metadata.deletionTimestamp !== undefined ||
      stringAt(claim.status, 'phase') === 'Bound'
    )
      return undefined;
    const volume = `pvc-${claim.metadata.uid}`;
    const requests = objectAt(claim.spec, 'resources', 'requests') ?? {};
    const accessModes = claim.spec?.accessModes ?? [];
    if (plane.storage.get({ resource: 'persistentvolumes', namespace: '', name: volume }) === undefined) {
      create(plane, 'persistentvolumes', {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: volume },
        spec: {
          capacity: { ...requests },
          accessModes,
          persistentVolumeReclaimPolicy: 'Delete',
          storageClassName: claim.spec?.storageClassName ?? 'standard',
          hostPath: { path: `/simulated/${volume}` },
          claimRef: {
            apiVersion: 'v1',
            kind: 'PersistentVolumeClaim',
            namespace: claim.metadata.namespace ?? '',
            name: claim.metadata.name ?? '',
            uid: claim.metadata.uid ?? '',
          },
        },
      });
    }
    const bound = change(plane, claim, ({ spec, metadata }) => {
      if (spec !== undefined) spec.volumeName = volume;
      metadata.annotations = { ...metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' };
    });
    writeStatus(plane, bound, { phase: 'Bound', accessModes, capacity: { ...requests } });
    return undefined;
  },
};
