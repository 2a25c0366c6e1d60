import type { FieldError } from '../api/status-error.ts';
import { isJsonObject, type Json, type JsonObject, type KubeObject, listAt, sameJson, stringAt } from '../object.ts';
import { groupResourceOf, type Resource } from '../schema/resource.ts';
import { ruleErrors, unaskedRules } from './custom-rules.ts';
import { forbiddenField, invalidValue, required, unsupported } from './field-error.ts';
import { schemaErrors } from './validate-custom.ts';
import { metadataErrors } from './validate-meta.ts';
import {
  cronJobErrors,
  daemonSetErrors,
  deploymentErrors,
  jobErrors,
  podErrors,
  replicaSetErrors,
  statefulSetErrors,
} from './validate-workload.ts';

type Errors = readonly FieldError[];

/** All that is wrong with an object, new (`old` is undefined) or changed. Empty means it may be stored. */
export const validate = (resource: Resource, object: KubeObject, old: KubeObject | undefined): Errors => {
  const errors = metadataErrors(resource, object);
  if (resource.custom !== undefined) {
    const { schema } = resource.custom;
    const wrong = [...errors, ...schemaErrors(schema, object, ''), ...scaleErrors(resource, object)];
    return wrong.length > 0 ? [...wrong, ...unaskedRules(schema, wrong)] : ruleErrors(schema, object, old, '');
  }
  return [...errors, ...(byResource[groupResourceOf(resource)]?.(object, old) ?? [])];
};

const specOf =
  (rule: (spec: JsonObject, old: JsonObject | undefined) => Errors) =>
  (object: KubeObject, old: KubeObject | undefined) =>
    rule(isJsonObject(object.spec) ? object.spec : {}, isJsonObject(old?.spec) ? old.spec : undefined);

/** As the scale subresource needs it, beside what the schema says. */
const scaleErrors = ({ custom }: Resource, object: KubeObject): Errors => {
  if (custom?.scale === undefined) return [];
  let value: Json | undefined = object;
  for (const step of custom.scale.spec.split('.').filter((part) => part !== ''))
    value = isJsonObject(value) ? value[step] : undefined;
  return typeof value === 'number' && value < 0
    ? [invalidValue(custom.scale.spec, value, 'should be a non-negative integer')]
    : [];
};

const serviceErrors = (spec: JsonObject, old: JsonObject | undefined): Errors => {
  const ports = listAt(spec, 'ports').filter(isJsonObject);
  const isHeadless = spec.clusterIP === 'None';
  const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
  const type = String(spec.type);
  const moved =
    old !== undefined && old.type !== 'ExternalName' && old.clusterIP !== undefined && spec.clusterIP !== old.clusterIP;
  return [
    ...(moved ? [invalidValue('spec.clusterIPs[0]', spec.clusterIPs, 'may not change once set')] : []),
    ...(ports.length === 0 && !isHeadless && type !== 'ExternalName' ? [required('spec.ports')] : []),
    ...(types.includes(type) ? [] : [unsupported('spec.type', type, types)]),
    ...ports.flatMap((port, index): Errors => {
      const number = port.port;
      const field = `spec.ports[${index}]`;
      const wrong = typeof number === 'number' && number > 0 && number < 65_536;
      return [
        ...(wrong ? [] : [invalidValue(`${field}.port`, number ?? 0, 'must be between 1 and 65535, inclusive')]),
        ...(ports.length > 1 && !stringAt(port, 'name') ? [required(`${field}.name`)] : []),
      ];
    }),
  ];
};

const immutableData = (object: KubeObject, old: KubeObject | undefined): Errors => {
  if (old?.immutable !== true) return [];
  const changed = (field: string) => !sameJson(object[field] ?? {}, old[field] ?? {});
  const because = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable === true ? [] : [forbiddenField('immutable', because)]),
    ...(changed('data') ? [forbiddenField('data', because)] : []),
    ...(changed('binaryData') ? [forbiddenField('binaryData', because)] : []),
  ];
};

const secretErrors = (object: KubeObject, old: KubeObject | undefined): Errors => [
  ...(old === undefined || object.type === old.type ? [] : [invalidValue('type', object.type, 'field is immutable')]),
  ...immutableData(object, old),
];

const roleRefErrors = (object: KubeObject, old: KubeObject | undefined): Errors => {
  if (old === undefined || sameJson(object.roleRef, old.roleRef)) return [];
  const [group, kind, name] = ['apiGroup', 'kind', 'name'].map((field) => stringAt(object, 'roleRef', field) ?? '');
  return [
    invalidValue('roleRef', { APIGroup: group ?? '', Kind: kind ?? '', Name: name ?? '' }, 'cannot change roleRef'),
  ];
};

const claimErrors = (spec: JsonObject, old: JsonObject | undefined): Errors => {
  const fixed = ({ resources, volumeName, volumeAttributesClassName, ...rest }: JsonObject) => rest;
  if (old === undefined || sameJson(fixed(spec), fixed(old))) return [];
  const because =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  return [forbiddenField('spec', because)];
};

/** Where a volume is, beside what may be changed of it. */
const volumeErrors = (spec: JsonObject, old: JsonObject | undefined): Errors => {
  const source = ({
    capacity,
    accessModes,
    claimRef,
    persistentVolumeReclaimPolicy,
    storageClassName,
    mountOptions,
    volumeMode,
    nodeAffinity,
    volumeAttributesClassName,
    ...rest
  }: JsonObject) => rest;
  if (old === undefined || sameJson(source(spec), source(old))) return [];
  const field = 'spec.persistentvolumesource';
  return [forbiddenField(field, `${field} is immutable after creation`)];
};

const crdErrors = (object: KubeObject, old: KubeObject | undefined): Errors => {
  const group = stringAt(object.spec, 'group') ?? '';
  const plural = stringAt(object.spec, 'names', 'plural') ?? '';
  const expected = `${plural}.${group}`;
  const scope = stringAt(object.spec, 'scope');
  return [
    ...(object.metadata.name === expected
      ? []
      : [invalidValue('metadata.name', object.metadata.name, `must be spec.names.plural+"."+spec.group`)]),
    ...(old !== undefined && scope !== stringAt(old.spec, 'scope')
      ? [invalidValue('spec.scope', scope, 'field is immutable')]
      : []),
    ...(scope === 'Namespaced' || scope === 'Cluster'
      ? []
      : [unsupported('spec.scope', scope, ['Cluster', 'Namespaced'])]),
    ...(listAt(object.spec, 'versions').some((version) => isJsonObject(version) && version.storage === true)
      ? []
      : [
          invalidValue(
            'spec.versions',
            object.spec?.versions,
            'must have exactly one version marked as storage version',
          ),
        ]),
  ];
};

const parameterErrors = (object: KubeObject, old: KubeObject | undefined): Errors =>
  old === undefined
    ? []
    : ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'].flatMap((field) =>
        sameJson(object[field], old[field]) ? [] : [forbiddenField(field, `updates to ${field} are forbidden.`)],
      );

const byResource: Readonly<Record<string, (object: KubeObject, old: KubeObject | undefined) => Errors>> = {
  pods: specOf(podErrors),
  services: specOf(serviceErrors),
  configmaps: immutableData,
  secrets: secretErrors,
  persistentvolumeclaims: specOf(claimErrors),
  persistentvolumes: specOf(volumeErrors),
  'deployments.apps': specOf(deploymentErrors),
  'replicasets.apps': specOf(replicaSetErrors),
  'statefulsets.apps': specOf(statefulSetErrors),
  'daemonsets.apps': specOf(daemonSetErrors),
  'jobs.batch': specOf(jobErrors),
  'cronjobs.batch': specOf(cronJobErrors),
  'rolebindings.rbac.authorization.k8s.io': roleRefErrors,
  'clusterrolebindings.rbac.authorization.k8s.io': roleRefErrors,
  'customresourcedefinitions.apiextensions.k8s.io': crdErrors,
  'storageclasses.storage.k8s.io': parameterErrors,
};
