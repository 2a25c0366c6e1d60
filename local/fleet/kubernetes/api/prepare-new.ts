import { admitPod } from '../admission/pod-defaults.ts';
import { qosClassOf } from '../admission/quality-of-service.ts';
import { selectOwnPods } from '../admission/workload-defaults.ts';
import type { ControlPlane } from '../control-plane.ts';
import { at, type KubeObject, listAt, stringAt } from '../object.ts';
import { emptyStatus } from '../schema/conform.ts';
import { crdResource } from '../schema/registry.ts';
import { groupResourceOf, hasSubresource, type Resource } from '../schema/resource.ts';
import { memberType } from '../schema/type.ts';
import { allocateService } from './allocate.ts';

/** A status that a client sends with the object itself counts for nothing where status has a path of its own. */
export const resetStatus = (resource: Resource, object: KubeObject): void => {
  if (!hasSubresource(resource, 'status')) return;
  delete object.status;
  if (resource.type.is !== 'struct' || resource.type.fields.get('status')?.always !== true) return;
  object.status = emptyStatus(memberType(resource.type, 'status'));
};

/** What the server gives a new object of some kinds; nobody owns these fields. */
export const prepareNew = (plane: ControlPlane, resource: Resource, object: KubeObject): void => {
  switch (groupResourceOf(resource)) {
    case 'namespaces':
      object.spec = { ...object.spec, finalizers: ['kubernetes'] };
      break;
    case 'pods':
      admitPod(object);
      object.status = { ...object.status, qosClass: qosClassOf(object) };
      break;
    case 'jobs.batch':
      selectOwnPods(object);
      break;
    case 'services':
      allocateService(plane.storage, object, undefined);
      break;
    case 'statefulsets.apps':
      object.status = { ...object.status, availableReplicas: 0 };
      break;
    case crdResource: {
      const stored = listAt(object.spec, 'versions').filter((version) => at(version, 'storage') === true);
      const storedVersions = stored.map((version) => stringAt(version, 'name') ?? '');
      object.status = { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions };
      break;
    }
  }
};
