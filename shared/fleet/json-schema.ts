import { z } from 'zod';
import { fleetSchema } from './schema.ts';

/** A JSON Schema as far as this project's own schemas use it. */
export interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** The config file's JSON Schema (draft 7, the one that editors understand), for completion and help while typing. */
export const jsonSchema = (): JsonSchema =>
  z.toJSONSchema(fleetSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;

/** The schema of the value at a path; of a union, all branches that have such a member, joined as one union. */
export const schemaAt = (schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined => {
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  const found = branchesOf(schema).flatMap((branch) => {
    const member =
      typeof step === 'number' ? branch.items : (branch.properties?.[String(step)] ?? branch.additionalProperties);
    return typeof member === 'object' ? branchesOf(member) : [];
  });
  const [only] = found;
  return only === undefined ? undefined : schemaAt(found.length === 1 ? only : { anyOf: found }, rest);
};

/** The branches of a union, or the schema itself. */
const branchesOf = (schema: JsonSchema): readonly JsonSchema[] => schema.anyOf ?? [schema];

/** The names of the members a schema knows, in the order they are written in it. */
export const fieldsOf = (schema: JsonSchema | undefined): readonly string[] =>
  schema === undefined
    ? []
    : [...new Set(branchesOf(schema).flatMap((branch) => Object.keys(branch.properties ?? {})))];

/** For each branch of a union of objects the required member that no other branch knows: what tells it from the others. */
export const marksOf = (schema: JsonSchema | undefined): readonly string[] => {
  const branches = schema?.anyOf ?? [];
  return branches.map((branch) => {
    const others = branches.filter((other) => other !== branch).flatMap((other) => Object.keys(other.properties ?? {}));
    return branch.required?.find((field) => !others.includes(field)) ?? '';
  });
};
