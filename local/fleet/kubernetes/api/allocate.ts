import { isJsonObject, type JsonObject, type KubeObject, listAt } from '../object.ts';
import type { Storage } from '../storage/sqlite.ts';

const firstNodePort = 30_000;
const servicePrefix = '10.96';

const usedBy = (storage: Storage, key: (service: KubeObject) => readonly unknown[]): ReadonlySet<unknown> =>
  new Set(storage.list('services').flatMap(key));

const freeAddress = (storage: Storage): string => {
  const used = usedBy(storage, (service) => [service.spec?.clusterIP]);
  for (let number = 10; ; number += 1) {
    const address = `${servicePrefix}.${Math.floor(number / 256)}.${number % 256}`;
    if (!used.has(address)) return address;
  }
};

/** Gives a Service its cluster address and node ports: those it had, else the lowest that are free. Changes `service`. */
export const allocateService = (storage: Storage, service: KubeObject, old: KubeObject | undefined): void => {
  const { spec } = service;
  if (spec === undefined || spec.type === 'ExternalName') return;
  keepAllocated(spec, old?.spec);
  if (spec.clusterIP === undefined || spec.clusterIP === '') spec.clusterIP = freeAddress(storage);
  spec.clusterIPs ??= [spec.clusterIP];
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (spec.type !== 'LoadBalancer' && spec.type !== 'NodePort') return;
  if (spec.allocateLoadBalancerNodePorts === false) return;
  const taken = new Set(
    usedBy(storage, (other) => listAt(other.spec, 'ports').map((port) => isJsonObject(port) && port.nodePort)),
  );
  for (const port of listAt(spec, 'ports')) {
    if (!isJsonObject(port) || port.nodePort !== undefined) continue;
    let free = firstNodePort;
    while (taken.has(free)) free += 1;
    taken.add(free);
    port.nodePort = free;
  }
};

const keepAllocated = (spec: JsonObject, old: JsonObject | undefined): void => {
  if (old === undefined || old.type === 'ExternalName') return;
  if (spec.clusterIP === undefined || spec.clusterIP === '') {
    if (old.clusterIP !== undefined) spec.clusterIP = old.clusterIP;
    if (old.clusterIPs !== undefined) spec.clusterIPs = old.clusterIPs;
  } else if (spec.clusterIP !== old.clusterIP && spec.clusterIP !== listAt(spec, 'clusterIPs')[0]) {
    spec.clusterIPs = [spec.clusterIP];
  }
  const oldPorts = listAt(old, 'ports').filter(isJsonObject);
  for (const port of listAt(spec, 'ports')) {
    if (!isJsonObject(port) || port.nodePort !== undefined) continue;
    const same = oldPorts.find((other) => other.port === port.port && other.protocol === port.protocol);
    if (same?.nodePort !== undefined && spec.type !== 'ClusterIP') port.nodePort = same.nodePort;
  }
};
