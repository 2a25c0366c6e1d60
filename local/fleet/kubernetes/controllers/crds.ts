import { timeOf } from '../control-plane.ts';
import { isJsonObject, type JsonObject, listAt, objectAt, stringAt } from '../object.ts';
import { crdResource, isEstablished } from '../schema/registry.ts';
import type { Controller } from './control-loop.ts';
import { allKeys, nameKey, read, writeStatus } from './owned.ts';

/** CustomResourceDefinitions: names accepted where nobody else has them, then established, from when on the kind is served. */
export const crdController: Controller = {
  name: 'crd',
  concerns: (_, changed) => (changed.key.resource === crdResource ? [nameKey(changed.key)] : []),
  everything: (plane) => allKeys(plane, crdResource),
  reconcile: (plane, key) => {
    const crd = read(plane, crdResource, key);
    if (crd === undefined || crd.metadata.deletionTimestamp !== undefined) return undefined;
    const names = objectAt(crd.spec, 'names') ?? {};
    const kind = stringAt(names, 'kind') ?? '';
    const group = stringAt(crd.spec, 'group') ?? '';
    const rival = plane.storage
      .list(crdResource)
      .find(
        (other) =>
          other.metadata.name !== crd.metadata.name &&
          stringAt(other.spec, 'group') === group &&
          stringAt(other.status, 'acceptedNames', 'kind') === kind,
      );
    const condition = (type: string, status: string, reason: string, message: string): JsonObject => {
      const before = listAt(crd.status, 'conditions').find((entry) => isJsonObject(entry) && entry.type === type);
      const same = stringAt(before, 'status') === status;
      return {
        type,
        status,
        lastTransitionTime: (same && stringAt(before, 'lastTransitionTime')) || timeOf(plane),
        reason,
        message,
      };
    };
    const versions = listAt(crd.spec, 'versions').filter(isJsonObject);
    const stored = versions.filter(({ storage }) => storage === true).map(({ name }) => String(name));
    const storedBefore = listAt(crd.status, 'storedVersions').map(String);
    const storedVersions = [...storedBefore, ...stored.filter((name) => !storedBefore.includes(name))];
    const conditions =
      rival === undefined
        ? [
            condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'),
            condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted'),
          ]
        : [
            condition('NamesAccepted', 'False', 'KindConflict', `"${kind}" is already in use`),
            condition(
              'Established',
              isEstablished(crd) ? 'True' : 'False',
              isEstablished(crd) ? 'InitialNamesAccepted' : 'NotAccepted',
              'not all names are accepted',
            ),
          ];
    const acceptedNames =
      rival === undefined ? names : (objectAt(crd.status, 'acceptedNames') ?? { plural: '', kind: '' });
    writeStatus(plane, crd, { conditions, acceptedNames, storedVersions }, 'kube-apiserver');
    return undefined;
  },
};
