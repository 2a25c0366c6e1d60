import type { Manifest } from '../rollout/release.ts';
import { isObject, type JsonObject } from './fields.ts';
import { groupOf, isKind } from './object-id.ts';

/** What the server keeps itself; in a manifest it is a left-over of an export and would be refused or be a false difference. */
const kept = [
  'managedFields',
  'resourceVersion',
  'uid',
  'creationTimestamp',
  'generation',
  'selfLink',
  'deletionTimestamp',
];

/**
 * A manifest as it is sent: without what the server keeps itself and without `status`; a Secret's `stringData` as `data` (else
 * keys that leave `stringData` stay for ever); `protocol: TCP` where a port says nothing, because it is part of the list's key; without
 * what a controller will fill in (a placeholder `caBundle`, the rules of an aggregated ClusterRole), which stated would be a conflict
 * with it; without `data`, labels and annotations of nothing, which stated would only be owned. Twice is the same as once.
 */
export const normalise = (object: Manifest): Manifest => {
  const { status: _status, ...rest } = object;
  const { metadata: given, ...body } = rest;
  const metadata = withoutEmpty(without(given, kept), ['labels', 'annotations']) as Manifest['metadata'];
  const plain: Manifest = { ...body, apiVersion: object.apiVersion, kind: object.kind, metadata };
  const group = groupOf(plain.apiVersion);
  if (isKind(plain, '', 'Secret')) return withoutEmpty(encodeSecret(plain), ['data']) as Manifest;
  if (isKind(plain, '', 'ConfigMap')) return withoutEmpty(plain, ['data', 'binaryData']) as Manifest;
  if (isKind(plain, '', 'Service')) return { ...plain, spec: withProtocols(plain.spec) };
  if (isKind(plain, 'rbac.authorization.k8s.io', 'ClusterRole')) return withoutAggregated(plain);
  if (holdersOfBundles.includes(group)) return dropPlaceholder(plain) as Manifest;
  return workloadGroups.includes(group) ? (fillPodTemplates(plain) as Manifest) : plain;
};

/** Where a port without `protocol` means TCP; a custom resource's schema need not know the field. */
const workloadGroups = ['', 'apps', 'batch'];

const without = (object: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name, value]) => !names.includes(name) && value !== null));

const encodeSecret = (secret: Manifest): Manifest => {
  if (!isObject(secret.stringData)) return secret;
  const { stringData, ...rest } = secret;
  const encoded = Object.entries(stringData as JsonObject).map(([key, value]) => [
    key,
    Buffer.from(String(value), 'utf8').toString('base64'),
  ]);
  return { ...rest, data: { ...(isObject(rest.data) ? rest.data : {}), ...Object.fromEntries(encoded) } };
};

const withProtocols = (holder: unknown): unknown => {
  if (!isObject(holder) || !Array.isArray(holder.ports)) return holder;
  return { ...holder, ports: holder.ports.map((port) => (isObject(port) ? { protocol: 'TCP', ...port } : port)) };
};

const fillPodTemplates = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(fillPodTemplates);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      (name === 'containers' || name === 'initContainers') && Array.isArray(member)
        ? [name, member.map(withProtocols)]
        : [name, fillPodTemplates(member)],
    ),
  );
};

const withoutEmpty = <Fields extends JsonObject>(object: Fields, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(
      ([name, value]) => !(names.includes(name) && isObject(value) && Object.keys(value).length === 0),
    ),
  );

/** Its rules are those of the roles it selects; what a manifest states there is a placeholder (`rules: []`). */
const withoutAggregated = (role: Manifest): Manifest => {
  if (!isObject(role.aggregationRule)) return role;
  const { rules: _rules, ...rest } = role;
  return rest;
};

/** Groups whose kinds name a server by its `caBundle`: webhooks, conversion of a CRD, an APIService. */
const holdersOfBundles = ['admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io'];

/** Below a version of a CRD stands a schema, in which `caBundle` is somebody's field. */
const dropPlaceholder = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(dropPlaceholder);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => !(name === 'caBundle' && isBlank(member)))
      .map(([name, member]) => [name, name === 'versions' ? member : dropPlaceholder(member)]),
  );
};

/** Generators write a line break (`Cg==`), an empty text or nothing where a controller will put the real bundle. */
const isBlank = (bundle: unknown): boolean =>
  bundle === null || (typeof bundle === 'string' && Buffer.from(bundle, 'base64').toString('utf8').trim() === '');
