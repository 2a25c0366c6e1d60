import { isJsonObject, type Json, type JsonObject, sameJson } from '../object.ts';
import { any, type Field, memberType, type Type } from '../schema/type.ts';

/**
 * Strategic merge patch as kubectl sends it: lists with a merge key merge item by item, `$patch: delete | replace`,
 * `$deleteFromPrimitiveList/x`, `$setElementOrder/x` (order kept as merged) and `$retainKeys` are obeyed.
 */
export const strategicMergePatch = (type: Type, target: Json | undefined, patch: JsonObject): JsonObject => {
  const { $patch: directive, $retainKeys: retained, ...changes } = patch;
  if (directive === 'replace') return changes;
  const merged: JsonObject = isJsonObject(target) ? { ...target } : {};
  if (directive === 'delete') return {};
  if (Array.isArray(retained))
    for (const name of Object.keys(merged)) if (!retained.includes(name)) delete merged[name];
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || name.startsWith('$setElementOrder/')) continue;
    if (name.startsWith('$deleteFromPrimitiveList/')) {
      const list = name.slice('$deleteFromPrimitiveList/'.length);
      const items = merged[list];
      if (Array.isArray(items) && Array.isArray(value))
        merged[list] = items.filter((item) => !value.some((gone) => sameJson(gone, item)));
    } else if (value === null) delete merged[name];
    else merged[name] = mergeMember(type, name, merged[name], value);
  }
  return merged;
};

const mergeMember = (type: Type, name: string, target: Json | undefined, patch: Json): Json => {
  const field = type.is === 'struct' ? type.fields.get(name) : undefined;
  if (Array.isArray(patch))
    return field?.mergeKey === undefined ? patch : mergeList(field, field.mergeKey, target, patch);
  return isJsonObject(patch) ? strategicMergePatch(memberType(type, name), target, patch) : patch;
};

const mergeList = (field: Field, key: string, target: Json | undefined, patch: readonly Json[]): Json[] => {
  const items = Array.isArray(target) ? [...target] : [];
  if (key === '') return [...items, ...patch.filter((item) => !items.some((other) => sameJson(other, item)))];
  if (patch.some((item) => isJsonObject(item) && item.$patch === 'replace')) {
    return patch.filter((item) => !(isJsonObject(item) && item.$patch === 'replace'));
  }
  const itemType = field.type.is === 'list' ? field.type.item : any;
  for (const item of patch) {
    if (!isJsonObject(item)) continue;
    const index = items.findIndex((other) => isJsonObject(other) && sameJson(other[key], item[key]));
    if (item.$patch === 'delete') {
      if (index >= 0) items.splice(index, 1);
    } else if (index >= 0) items[index] = strategicMergePatch(itemType, items[index], item);
    else items.push(strategicMergePatch(itemType, undefined, item));
  }
  return items;
};
