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
 * keys that leave `stringData` stay for ever); `protocol: TCP` where a port says nothing, because it is part of the list's key;
 * a CRD's placeholder `caBundle` dropped. Twice is the same as once.
 */
export const normalise = (object: Manifest): Manifest => {
  const { status: _status, ...rest } = object;
  const metadata = without(rest.metadata, kept) as Manifest['metadata'];
  const plain: Manifest = { ...rest, metadata };
  if (isKind(plain, '', 'Secret')) return encodeSecret(plain);
  if (isKind(plain, '', 'Service')) return { ...plain, spec: withProtocols(plain.spec) };
  if (groupOf(plain.apiVersion) === 'apiextensions.k8s.io') return withoutPlaceholder(plain);
  return workloadGroups.includes(groupOf(plain.apiVersion)) ? (fillPodTemplates(plain) as Manifest) : plain;
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

/** `Cg==` (a line break) is what generators write where a controller will put the real bundle. */
const withoutPlaceholder = (value: Manifest): Manifest => dropPlaceholder(value) as Manifest;

const dropPlaceholder = (value: unknown): unknown => {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => !(name === 'caBundle' && (member === 'Cg==' || member === '')))
      .map(([name, member]) => [name, name === 'versions' ? member : dropPlaceholder(member)]),
  );
};
