import { isJsonObject, type JsonObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from '../object.ts';
import {
  age,
  type Column,
  flag,
  labelsText,
  nameColumn,
  number,
  orNone,
  selectorText,
  since,
  text,
  wide,
} from './column.ts';
import { podColumns } from './pod-columns.ts';

const sizeOf = (...members: readonly (JsonObject | undefined)[]) =>
  members.reduce((sum, member) => sum + Object.keys(member ?? {}).length, 0);

const portsOf = (service: KubeObject): string =>
  orNone(
    listAt(service.spec, 'ports')
      .filter(isJsonObject)
      .map(
        ({ port, nodePort, protocol }) => `${port}${nodePort === undefined ? '' : `:${nodePort}`}/${protocol ?? 'TCP'}`,
      )
      .join(','),
  );

const externalOf = (service: KubeObject): string => {
  const own = listAt(service.spec, 'externalIPs').map(String);
  switch (stringAt(service.spec, 'type')) {
    case 'LoadBalancer': {
      const given = listAt(service.status, 'loadBalancer', 'ingress').map(
        (ingress) => stringAt(ingress, 'ip') ?? stringAt(ingress, 'hostname') ?? '',
      );
      return [...given, ...own].join(',') || '<pending>';
    }
    case 'ExternalName':
      return stringAt(service.spec, 'externalName') ?? '';
    default:
      return own.join(',') || '<none>';
  }
};

const services: readonly Column[] = [
  nameColumn,
  text('Type', (object) => stringAt(object.spec, 'type') ?? ''),
  text('Cluster-IP', (object) => orNone(stringAt(object.spec, 'clusterIP'))),
  text('External-IP', externalOf),
  text('Port(s)', portsOf),
  age,
  wide('Selector', (object) => labelsText(objectAt(object.spec, 'selector'))),
];

const isCondition = (object: KubeObject, type: string, status: string) =>
  listAt(object.status, 'conditions').some(
    (condition) => stringAt(condition, 'type') === type && stringAt(condition, 'status') === status,
  );

const nodeStatus = (node: KubeObject): string => {
  const ready = isCondition(node, 'Ready', 'True')
    ? 'Ready'
    : isCondition(node, 'Ready', 'False')
      ? 'NotReady'
      : 'Unknown';
  return node.spec?.unschedulable === true ? `${ready},SchedulingDisabled` : ready;
};

const nodeInfo = (field: string) => (node: KubeObject) => orUnknown(stringAt(node.status, 'nodeInfo', field));
const orUnknown = (value: string | undefined) => (value === undefined || value === '' ? '<unknown>' : value);

const addressOf = (type: string) => (node: KubeObject) => {
  const found = listAt(node.status, 'addresses').find((address) => stringAt(address, 'type') === type);
  return orNone(stringAt(found, 'address'));
};

const rolesOf = ({ metadata }: KubeObject): string => {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([name, value]) => {
    if (name.startsWith(prefix) && name.length > prefix.length) return [name.slice(prefix.length)];
    return name === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return orNone(roles.toSorted().join(','));
};

const nodes: readonly Column[] = [
  nameColumn,
  text('Status', nodeStatus),
  text('Roles', rolesOf),
  age,
  text('Version', (node) => stringAt(node.status, 'nodeInfo', 'kubeletVersion') ?? ''),
  wide('Internal-IP', addressOf('InternalIP')),
  wide('External-IP', addressOf('ExternalIP')),
  wide('OS-Image', nodeInfo('osImage')),
  wide('Kernel-Version', nodeInfo('kernelVersion')),
  wide('Container-Runtime', nodeInfo('containerRuntimeVersion')),
];

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const modesOf = (object: KubeObject, of: 'spec' | 'status') =>
  listAt(object[of], 'accessModes')
    .map((mode) => shortModes[String(mode)] ?? '')
    .join(',');
const phaseOf = (object: KubeObject): string =>
  object.metadata.deletionTimestamp === undefined ? (stringAt(object.status, 'phase') ?? '') : 'Terminating';

const claims: readonly Column[] = [
  nameColumn,
  text('Status', phaseOf),
  text('Volume', (object) => stringAt(object.spec, 'volumeName') ?? ''),
  text('Capacity', (object) =>
    object.spec?.volumeName === undefined ? '' : (stringAt(object.status, 'capacity', 'storage') ?? ''),
  ),
  text('Access Modes', (object) => (object.spec?.volumeName === undefined ? '' : modesOf(object, 'status'))),
  text('StorageClass', (object) => stringAt(object.spec, 'storageClassName') ?? ''),
  text('VolumeAttributesClass', (object) => stringAt(object.spec, 'volumeAttributesClassName') ?? '<unset>'),
  age,
  wide('VolumeMode', (object) => stringAt(object.spec, 'volumeMode') ?? '<unset>'),
];

const claimOf = (volume: KubeObject): string => {
  const claim = objectAt(volume.spec, 'claimRef');
  return claim === undefined ? '' : `${stringAt(claim, 'namespace')}/${stringAt(claim, 'name')}`;
};

const volumes: readonly Column[] = [
  nameColumn,
  text('Capacity', (object) => stringAt(object.spec, 'capacity', 'storage') ?? ''),
  text('Access Modes', (object) => modesOf(object, 'spec')),
  text('Reclaim Policy', (object) => stringAt(object.spec, 'persistentVolumeReclaimPolicy') ?? ''),
  text('Status', phaseOf),
  text('Claim', claimOf),
  text('StorageClass', (object) => stringAt(object.spec, 'storageClassName') ?? ''),
  text('VolumeAttributesClass', (object) => stringAt(object.spec, 'volumeAttributesClassName') ?? '<unset>'),
  text('Reason', (object) => stringAt(object.status, 'reason') ?? ''),
  age,
  wide('VolumeMode', (object) => stringAt(object.spec, 'volumeMode') ?? '<unset>'),
];

const quotaText = (quota: KubeObject, isLimit: boolean): string =>
  Object.keys(objectAt(quota.status, 'hard') ?? objectAt(quota.spec, 'hard') ?? {})
    .toSorted()
    .filter((name) => name.startsWith('limits.') === isLimit)
    .map((name) => {
      const used = stringAt(quota.status, 'used', name) ?? '0';
      return `${name}: ${used}/${stringAt(quota.status, 'hard', name) ?? stringAt(quota.spec, 'hard', name)}`;
    })
    .join(', ');

const quotas: readonly Column[] = [
  nameColumn,
  text('Request', (object) => quotaText(object, false)),
  text('Limit', (object) => quotaText(object, true)),
  age,
];

const mostEndpoints = 3;
const limited = (texts: readonly string[]): string =>
  texts.length > mostEndpoints
    ? `${texts.slice(0, mostEndpoints).join(',')} + ${texts.length - mostEndpoints} more...`
    : texts.join(',');

const endpointsText = (endpoints: KubeObject): string => {
  const all = listAt(endpoints, 'subsets').flatMap((subset) =>
    listAt(subset, 'ports').length === 0
      ? listAt(subset, 'addresses').map((address) => stringAt(address, 'ip') ?? '')
      : listAt(subset, 'ports').flatMap((port) =>
          listAt(subset, 'addresses').map((address) => `${stringAt(address, 'ip')}:${numberAt(port, 'port')}`),
        ),
  );
  return orNone(limited(all));
};

const eventObject = (event: KubeObject): string =>
  `${(stringAt(event.involvedObject, 'kind') ?? '').toLowerCase()}/${stringAt(event.involvedObject, 'name')}`;

const events: readonly Column[] = [
  text('Last Seen', (event, now) => since(event.lastTimestamp ?? event.eventTime, now)),
  text('Type', (event) => String(event.type ?? '')),
  text('Reason', (event) => String(event.reason ?? '')),
  text('Object', eventObject),
  wide('Subobject', (event) => stringAt(event.involvedObject, 'fieldPath') ?? ''),
  wide('Source', (event) => stringAt(event.source, 'component') ?? ''),
  text('Message', (event) => String(event.message ?? '').trim()),
  wide('First Seen', (event, now) => since(event.firstTimestamp ?? event.eventTime, now)),
  wide('Count', (event) => numberAt(event, 'count') ?? 1),
  { ...wide('Name', ({ metadata }) => metadata.name ?? ''), format: 'name' },
];

const sliceText = (slice: KubeObject): string => {
  const ready = listAt(slice, 'endpoints').flatMap((endpoint) => listAt(endpoint, 'addresses').map(String));
  return ready.length === 0 ? '<unset>' : limited(ready);
};
const slicePorts = (slice: KubeObject): string => {
  const ports = listAt(slice, 'ports').map((port) => String(numberAt(port, 'port') ?? '*'));
  return ports.length === 0 ? '<unset>' : limited(ports);
};

/** The core group, discovery and what belongs to storage. */
export const coreColumns: Readonly<Record<string, readonly Column[]>> = {
  pods: podColumns,
  services,
  nodes,
  configmaps: [
    nameColumn,
    text('Data', (object) => sizeOf(objectAt(object, 'data'), objectAt(object, 'binaryData'))),
    age,
  ],
  secrets: [
    nameColumn,
    text('Type', (object) => String(object.type ?? '')),
    text('Data', (object) => sizeOf(objectAt(object, 'data'))),
    age,
  ],
  namespaces: [nameColumn, text('Status', (object) => stringAt(object.status, 'phase') ?? ''), age],
  serviceaccounts: [nameColumn, age],
  persistentvolumeclaims: claims,
  persistentvolumes: volumes,
  resourcequotas: quotas,
  endpoints: [nameColumn, text('Endpoints', endpointsText), age],
  events,
  'endpointslices.discovery.k8s.io': [
    nameColumn,
    text('AddressType', (object) => String(object.addressType ?? '')),
    text('Ports', slicePorts),
    text('Endpoints', sliceText),
    age,
  ],
  'storageclasses.storage.k8s.io': [
    text('Name', ({ metadata }) =>
      metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
        ? `${metadata.name} (default)`
        : (metadata.name ?? ''),
    ),
    text('Provisioner', (object) => String(object.provisioner ?? '')),
    text('ReclaimPolicy', (object) => String(object.reclaimPolicy ?? 'Delete')),
    text('VolumeBindingMode', (object) => String(object.volumeBindingMode ?? '<unset>')),
    text('AllowVolumeExpansion', (object) => object.allowVolumeExpansion === true),
    age,
  ].map((column, place) => (place === 0 ? { ...column, format: 'name' } : column)),
  'leases.coordination.k8s.io': [
    nameColumn,
    text('Holder', (object) => stringAt(object.spec, 'holderIdentity') ?? ''),
    age,
  ],
  'priorityclasses.scheduling.k8s.io': [
    nameColumn,
    number('Value', (object) => numberAt(object, 'value') ?? 0),
    flag('Global-Default', (object) => object.globalDefault === true),
    age,
    text('PreemptionPolicy', (object) => String(object.preemptionPolicy ?? '')),
  ],
  'networkpolicies.networking.k8s.io': [
    nameColumn,
    text('Pod-Selector', (object) => selectorText(objectAt(object.spec, 'podSelector'))),
    age,
  ],
};
