import { quotaStatus } from '../admission/quota.ts';
import type { Controller } from './control-loop.ts';
import { allKeys, nameKey, read, writeStatus } from './owned.ts';

const quotas = 'resourcequotas';

/** ResourceQuotas: what is used of them, whenever something in their namespace came, changed or went. */
export const quotaController: Controller = {
  name: 'quota',
  concerns: (plane, changed) => {
    if (changed.key.resource === quotas) return [nameKey(changed.key)];
    if (changed.key.namespace === '' || changed.key.resource === 'events') return [];
    return plane.storage
      .list(quotas, changed.key.namespace)
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  },
  everything: (plane) => allKeys(plane, quotas),
  reconcile: (plane, key) => {
    const quota = read(plane, quotas, key);
    if (quota !== undefined) writeStatus(plane, quota, quotaStatus(plane, quota));
    return undefined;
  },
};
