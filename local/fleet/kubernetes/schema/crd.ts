import { isJsonObject, type Json, type JsonObject, type KubeObject, listAt, objectAt, stringAt } from '../object.ts';
import type { Resource, ScalePaths, Subresource } from './resource.ts';
import { any, type Field, type StructType, scalarType, type Type } from './type.ts';

const allVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const partVerbs = ['get', 'patch', 'update'];

/** The resources that an established CustomResourceDefinition serves: one for each version with `served: true`. */
export const resourcesOfCrd = (crd: KubeObject, objectMeta: StructType): readonly Resource[] => {
  const { spec } = crd;
  const names = objectAt(crd.status, 'acceptedNames') ?? objectAt(spec, 'names');
  const kind = stringAt(names, 'kind') ?? '';
  return listAt(spec, 'versions')
    .filter(isJsonObject)
    .filter((version) => version.served === true)
    .map((version) => {
      const schema = objectAt(version, 'schema', 'openAPIV3Schema');
      const scale = scalePaths(objectAt(version, 'subresources', 'scale'));
      const hasStatus = objectAt(version, 'subresources', 'status') !== undefined;
      return {
        group: stringAt(spec, 'group') ?? '',
        version: stringAt(version, 'name') ?? '',
        plural: stringAt(names, 'plural') ?? '',
        singular: stringAt(names, 'singular') ?? kind.toLowerCase(),
        kind,
        listKind: stringAt(names, 'listKind') ?? `${kind}List`,
        namespaced: stringAt(spec, 'scope') === 'Namespaced',
        verbs: allVerbs,
        shortNames: listAt(names, 'shortNames').map(String),
        categories: listAt(names, 'categories').map(String),
        subresources: subresourcesOf(kind, hasStatus, scale),
        type: rootType(schema, objectMeta),
        custom: {
          hasStatus,
          schema: schema ?? {},
          columns: listAt(version, 'additionalPrinterColumns'),
          ...(scale === undefined ? {} : { scale }),
        },
      };
    });
};

const subresourcesOf = (kind: string, hasStatus: boolean, scale: ScalePaths | undefined): readonly Subresource[] => [
  ...(hasStatus ? [{ name: 'status', kind, verbs: partVerbs }] : []),
  ...(scale === undefined ? [] : [{ name: 'scale', kind: 'autoscaling/v1/Scale', verbs: partVerbs }]),
];

const scalePaths = (scale: JsonObject | undefined): ScalePaths | undefined => {
  if (scale === undefined) return undefined;
  const selector = stringAt(scale, 'labelSelectorPath');
  return {
    spec: stringAt(scale, 'specReplicasPath') ?? '.spec.replicas',
    status: stringAt(scale, 'statusReplicasPath') ?? '.status.replicas',
    ...(selector === undefined ? {} : { selector }),
  };
};

const plainField = (type: Type): Field => ({ type, required: false, always: false });

const rootType = (schema: JsonObject | undefined, objectMeta: StructType): Type => {
  const own = schema === undefined ? any : typeOfSchema(schema, objectMeta);
  const fields = new Map(own.is === 'struct' ? own.fields : []);
  fields.set('apiVersion', plainField(scalarType('string')));
  fields.set('kind', plainField(scalarType('string')));
  fields.set('metadata', { ...plainField(objectMeta), always: true });
  return { is: 'struct', name: '', atomic: false, fields, open: own.is !== 'struct' || own.open };
};

/** The type that one OpenAPI v3 schema of a CustomResourceDefinition describes, by its `x-kubernetes-*` marks. */
const typeOfSchema = (schema: JsonObject, objectMeta: StructType): Type => {
  if (schema['x-kubernetes-int-or-string'] === true) return scalarType('int-or-string');
  const type = stringAt(schema, 'type');
  if (type === 'array') {
    const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String);
    const list = stringAt(schema, 'x-kubernetes-list-type');
    const items = objectAt(schema, 'items');
    return {
      is: 'list',
      list: list === 'map' || list === 'set' ? list : 'atomic',
      keys,
      item: items === undefined ? any : typeOfSchema(items, objectMeta),
    };
  }
  if (type === 'string') return scalarType('string');
  if (type === 'integer' || type === 'number' || type === 'boolean') return scalarType(type);
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const atomic = stringAt(schema, 'x-kubernetes-map-type') === 'atomic';
  const properties = objectAt(schema, 'properties');
  const additional = schema.additionalProperties;
  if (properties !== undefined || schema['x-kubernetes-embedded-resource'] === true) {
    return structOf(schema, properties ?? {}, atomic, open || isJsonObject(additional), objectMeta);
  }
  if (isJsonObject(additional)) return { is: 'map', atomic, value: typeOfSchema(additional, objectMeta) };
  if (type === 'object' && !open && additional !== true)
    return { is: 'struct', name: '', atomic, fields: new Map(), open: false };
  return any;
};

const structOf = (
  schema: JsonObject,
  properties: JsonObject,
  atomic: boolean,
  open: boolean,
  objectMeta: StructType,
): StructType => {
  const required = listAt(schema, 'required');
  const fields = new Map<string, Field>();
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const preset: Json | undefined = property.default;
    fields.set(name, {
      type: typeOfSchema(property, objectMeta),
      required: required.includes(name),
      always: false,
      ...(typeof preset === 'string' ? { default: preset } : {}),
    });
  }
  if (schema['x-kubernetes-embedded-resource'] === true) {
    fields.set('apiVersion', plainField(scalarType('string')));
    fields.set('kind', plainField(scalarType('string')));
    fields.set('metadata', plainField(objectMeta));
  }
  return { is: 'struct', name: '', atomic, fields, open };
};
