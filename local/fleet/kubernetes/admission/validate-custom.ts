import type { FieldError } from '../api/status-error.ts';
import { isJsonObject, type Json, type JsonObject, listAt, numberAt, objectAt, sameJson, stringAt } from '../object.ts';
import { invalidValue, required, unsupported } from './field-error.ts';

/** What of a custom resource is not as its OpenAPI schema says: type, required, enum, bounds, lengths, patterns. CEL rules are not run. */
export const schemaErrors = (schema: JsonObject, value: Json, path: string): readonly FieldError[] => {
  if (value === null) return schema.nullable === true || path === '' ? [] : [typeError(schema, value, path)];
  if (!hasType(schema, value)) return [typeError(schema, value, path)];
  if (Array.isArray(value)) {
    const items = objectAt(schema, 'items');
    const below =
      items === undefined ? [] : value.flatMap((item, index) => schemaErrors(items, item, `${path}[${index}]`));
    return [...sizeErrors(schema, value.length, path, 'items'), ...below];
  }
  if (isJsonObject(value)) return objectErrors(schema, value, path);
  return scalarErrors(schema, value, path);
};

const goType = (value: Json) =>
  Array.isArray(value)
    ? 'array'
    : isJsonObject(value)
      ? 'object'
      : value === null
        ? 'null'
        : typeof value === 'number' && Number.isInteger(value)
          ? 'integer'
          : typeof value;

const hasType = (schema: JsonObject, value: Json): boolean => {
  if (schema['x-kubernetes-int-or-string'] === true) return typeof value === 'string' || Number.isInteger(value);
  const type = stringAt(schema, 'type');
  return type === undefined || type === goType(value) || (type === 'number' && typeof value === 'number');
};

const typeError = (schema: JsonObject, value: Json, path: string): FieldError => {
  const type = schema['x-kubernetes-int-or-string'] === true ? 'integer,string' : stringAt(schema, 'type');
  return {
    reason: 'FieldValueTypeInvalid',
    field: path,
    message: `Invalid value: ${JSON.stringify(goType(value))}: ${path} in body must be of type ${type}: ${JSON.stringify(goType(value))}`,
  };
};

const objectErrors = (schema: JsonObject, value: JsonObject, path: string): readonly FieldError[] => {
  const properties = objectAt(schema, 'properties') ?? {};
  const additional = objectAt(schema, 'additionalProperties');
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  const missing = listAt(schema, 'required')
    .map(String)
    .filter((name) => value[name] === undefined)
    .map((name) => required(below(name)));
  const members = Object.entries(value).flatMap(([name, member]) => {
    const property = properties[name];
    const rule = isJsonObject(property) ? property : additional;
    return rule === undefined || member === undefined || (path === '' && name === 'metadata')
      ? []
      : schemaErrors(rule, member, below(name));
  });
  return [...missing, ...members];
};

const sizeErrors = (schema: JsonObject, size: number, path: string, what: 'items' | 'chars'): readonly FieldError[] => {
  const least = numberAt(schema, what === 'items' ? 'minItems' : 'minLength');
  const most = numberAt(schema, what === 'items' ? 'maxItems' : 'maxLength');
  const unit = what === 'items' ? 'have at least' : 'be at least';
  return [
    ...(least !== undefined && size < least
      ? [
          invalidValue(
            path,
            size,
            `${path} in body should ${unit} ${least} ${what === 'items' ? 'items' : 'chars long'}`,
          ),
        ]
      : []),
    ...(most !== undefined && size > most
      ? [
          {
            reason: 'FieldValueTooLong' as const,
            field: path,
            message: `Too long: may not be more than ${most} ${what === 'items' ? 'items' : 'bytes'}`,
          },
        ]
      : []),
  ];
};

const scalarErrors = (schema: JsonObject, value: Json, path: string): readonly FieldError[] => {
  const allowed = listAt(schema, 'enum');
  if (allowed.length > 0 && !allowed.some((option) => sameJson(option, value))) {
    return [unsupported(path, value, allowed.map(String))];
  }
  if (typeof value === 'number') {
    const least = numberAt(schema, 'minimum');
    const most = numberAt(schema, 'maximum');
    return [
      ...(least !== undefined && value < least
        ? [invalidValue(path, value, `${path} in body should be greater than or equal to ${least}`)]
        : []),
      ...(most !== undefined && value > most
        ? [invalidValue(path, value, `${path} in body should be less than or equal to ${most}`)]
        : []),
    ];
  }
  if (typeof value !== 'string') return [];
  const pattern = stringAt(schema, 'pattern');
  const fits = pattern === undefined || new RegExp(pattern).test(value);
  return [
    ...sizeErrors(schema, value.length, path, 'chars'),
    ...(fits ? [] : [invalidValue(path, value, `${path} in body should match '${pattern}'`)]),
  ];
};
