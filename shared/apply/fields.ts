/** A JSON object whose members nobody has looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at `path`; `undefined` where any step of the way is missing or not an object. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((found, step) => (isObject(found) ? found[step] : undefined), value);

/** The object at `path`, or an empty one. */
export const objectAt = (value: unknown, ...path: readonly string[]): JsonObject => {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
};

/** The list at `path`, or an empty one. */
export const listAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

export const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
};

export const numberAt = (value: unknown, ...path: readonly string[]): number | undefined => {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
};

/** The condition of that type in `status.conditions`. */
export const conditionOf = (object: unknown, type: string): JsonObject | undefined =>
  listAt(object, 'status', 'conditions').find(
    (condition): condition is JsonObject => isObject(condition) && condition.type === type,
  );
