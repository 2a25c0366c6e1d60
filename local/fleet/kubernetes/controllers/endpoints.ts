import type { ControlPlane } from '../control-plane.ts';
import { isJsonObject, type JsonObject, type KubeObject, listAt, objectAt, sameJson, stringAt } from '../object.ts';
import { matches, requirementsOf } from '../storage/selector.ts';
import type { Controller } from './control-loop.ts';
import { allKeys, change, create, nameKey, ownerReference, read, remove, writeStatus } from './owned.ts';
import { isReady } from './pod-state.ts';
import { podsBehind } from './pods-behind.ts';

const loadBalancerMs = 1000;

const isTerminating = (pod: KubeObject) => pod.metadata.deletionTimestamp !== undefined;
const takesTraffic = (pod: KubeObject) => isReady(pod) && !isTerminating(pod);

/** Where a port of the Service leads: a number, or the container port of that name. */
const targetOf = (port: JsonObject, pod: KubeObject | undefined): number => {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const ports = listAt(pod?.spec, 'containers')
    .flatMap((container) => listAt(container, 'ports'))
    .filter(isJsonObject);
  return Number(ports.find(({ name }) => name === target)?.containerPort ?? 0);
};

const portsOf = (service: KubeObject, pod: KubeObject | undefined): JsonObject[] =>
  listAt(service.spec, 'ports')
    .filter(isJsonObject)
    .map((port) => ({ name: port.name ?? '', port: targetOf(port, pod), protocol: port.protocol ?? 'TCP' }));

const reference = (pod: KubeObject): JsonObject => ({
  kind: 'Pod',
  namespace: pod.metadata.namespace ?? '',
  name: pod.metadata.name ?? '',
  uid: pod.metadata.uid ?? '',
});

const sliceContent = (service: KubeObject, pods: readonly KubeObject[]): JsonObject => ({
  addressType: 'IPv4',
  endpoints: pods.map((pod) => ({
    addresses: [stringAt(pod.status, 'podIP') ?? ''],
    conditions: { ready: takesTraffic(pod), serving: isReady(pod), terminating: isTerminating(pod) },
    nodeName: stringAt(pod.spec, 'nodeName') ?? '',
    targetRef: reference(pod),
  })),
  ports: portsOf(service, pods[0]),
});

const subsetsOf = (service: KubeObject, pods: readonly KubeObject[]): JsonObject[] => {
  const address = (pod: KubeObject): JsonObject => ({
    ip: stringAt(pod.status, 'podIP') ?? '',
    nodeName: stringAt(pod.spec, 'nodeName') ?? '',
    targetRef: reference(pod),
  });
  const ready = pods.filter(takesTraffic).map(address);
  const unready = pods.filter((pod) => !isReady(pod) && !isTerminating(pod)).map(address);
  if (ready.length + unready.length === 0) return [];
  return [
    {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(unready.length === 0 ? {} : { notReadyAddresses: unready }),
      ports: portsOf(service, pods[0]).map(({ name, ...port }) => (name === '' ? port : { name: name ?? '', ...port })),
    },
  ];
};

const keep = (plane: ControlPlane, resource: string, service: KubeObject, wanted: KubeObject) => {
  const live = plane.storage.get({
    resource,
    namespace: service.metadata.namespace ?? '',
    name: wanted.metadata.name ?? '',
  });
  if (live === undefined) {
    create(plane, resource, wanted);
    return;
  }
  const content = ({ metadata, kind, apiVersion, ...rest }: KubeObject) => rest;
  if (!sameJson(content(live), content(wanted)))
    change(plane, live, (object) => Object.assign(object, content(wanted)));
};

const sliceName = (service: KubeObject) => `${service.metadata.name}-${(service.metadata.uid ?? '').slice(0, 5)}`;

const balance = (plane: ControlPlane, service: KubeObject): number | undefined => {
  if (service.spec?.type !== 'LoadBalancer' || objectAt(service.status, 'loadBalancer', 'ingress', 0) !== undefined)
    return undefined;
  const age = plane.clock.now() - Date.parse(service.metadata.creationTimestamp ?? '');
  if (age < loadBalancerMs) return loadBalancerMs - age;
  const [, , third = '0', fourth = '0'] = (stringAt(service.spec, 'clusterIP') ?? '').split('.');
  writeStatus(plane, service, { loadBalancer: { ingress: [{ ip: `198.51.${third}.${fourth}`, ipMode: 'VIP' }] } });
  return undefined;
};

/** Services: EndpointSlice and Endpoints from the pods behind them, an address for a load balancer after a second. */
export const endpointsController: Controller = {
  name: 'endpoints',
  concerns: (plane, changed) => {
    if (changed.key.resource === 'services') return [nameKey(changed.key)];
    if (changed.key.resource !== 'pods') return [];
    const services = plane.storage.list('services', changed.key.namespace);
    return services
      .filter((service) => {
        const selector = objectAt(service.spec, 'selector');
        return (
          selector !== undefined &&
          matches(requirementsOf({ matchLabels: selector }) ?? [], changed.object.metadata.labels)
        );
      })
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  },
  everything: (plane) => allKeys(plane, 'services'),
  reconcile: (plane, key) => {
    const service = read(plane, 'services', key);
    if (service === undefined) {
      const endpoints = read(plane, 'endpoints', key);
      if (endpoints !== undefined) remove(plane, endpoints);
      return undefined;
    }
    if (service.metadata.deletionTimestamp !== undefined) return undefined;
    if (objectAt(service.spec, 'selector') !== undefined) {
      const pods = podsBehind(plane, service).filter((pod) => stringAt(pod.status, 'podIP') !== undefined);
      const { name = '', namespace = '', labels } = service.metadata;
      keep(plane, 'endpointslices.discovery.k8s.io', service, {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: sliceName(service),
          namespace,
          labels: {
            ...labels,
            'kubernetes.io/service-name': name,
            'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
          },
          ownerReferences: [ownerReference(service)],
        },
        ...sliceContent(service, pods),
      });
      const subsets = subsetsOf(service, pods);
      keep(plane, 'endpoints', service, {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name, namespace, ...(labels === undefined ? {} : { labels: { ...labels } }) },
        ...(subsets.length === 0 ? {} : { subsets }),
      });
    }
    return balance(plane, service);
  },
};
