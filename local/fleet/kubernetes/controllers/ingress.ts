import { objectAt } from '../object.ts';
import type { Controller } from './control-loop.ts';
import { allKeys, nameKey, read, writeStatus } from './owned.ts';

const ingresses = 'ingresses.networking.k8s.io';
/** From creation until a load balancer of a cloud has an address, much shortened. */
const addressMs = 1000;

/** Ingresses: each gets the address of the one ingress controller after a second. */
export const ingressController: Controller = {
  name: 'ingress',
  concerns: (_, { key }) => (key.resource === ingresses ? [nameKey(key)] : []),
  everything: (plane) => allKeys(plane, ingresses),
  reconcile: (plane, key) => {
    const ingress = read(plane, ingresses, key);
    if (ingress === undefined || objectAt(ingress.status, 'loadBalancer', 'ingress', 0) !== undefined) return undefined;
    const age = plane.clock.now() - Date.parse(ingress.metadata.creationTimestamp ?? '');
    if (age < addressMs) return addressMs - age;
    writeStatus(plane, ingress, { loadBalancer: { ingress: [{ ip: '198.51.100.1' }] } });
    return undefined;
  },
};
