import { copyOf, isJsonObject, type Json, type JsonObject, sameJson } from '../object.ts';

/** An operation can not be carried out; nothing of the patch counts. */
export class PatchFailed extends Error {
  override readonly name = 'PatchFailed';
}

const stepsOf = (pointer: string): readonly string[] => {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new PatchFailed(`${pointer} is not a JSON pointer`);
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
};

const child = (value: Json | undefined, step: string): Json | undefined => {
  if (Array.isArray(value)) return value[Number(step)];
  return isJsonObject(value) ? value[step] : undefined;
};

const find = (root: Json, pointer: string): Json => {
  let current: Json | undefined = root;
  for (const step of stepsOf(pointer)) current = child(current, step);
  if (current === undefined) throw new PatchFailed(`${pointer} is not there`);
  return current;
};

type Edit = 'add' | 'replace' | 'remove';

const edit = (root: Json, pointer: string, how: Edit, value: Json): Json => {
  const steps = stepsOf(pointer);
  const last = steps.at(-1);
  if (last === undefined) return value;
  let parent: Json | undefined = root;
  for (const step of steps.slice(0, -1)) parent = child(parent, step);
  if (how !== 'add' && child(parent, last) === undefined) throw new PatchFailed(`${pointer} is not there`);
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > parent.length)
      throw new PatchFailed(`${pointer} is out of range`);
    parent.splice(index, how === 'add' ? 0 : 1, ...(how === 'remove' ? [] : [value]));
  } else if (isJsonObject(parent)) {
    if (how === 'remove') delete parent[last];
    else parent[last] = value;
  } else {
    throw new PatchFailed(`${pointer} has no parent`);
  }
  return root;
};

/** JSON Patch (RFC 6902). The target stays as it is. Throws PatchFailed. */
export const jsonPatch = (target: JsonObject, patch: Json): Json => {
  if (!Array.isArray(patch)) throw new PatchFailed('a JSON patch is a list of operations');
  let root: Json = copyOf(target);
  for (const operation of patch) {
    if (!isJsonObject(operation)) throw new PatchFailed('an operation is an object');
    const path = String(operation.path ?? '');
    const value = operation.value === undefined ? null : copyOf(operation.value);
    const from = String(operation.from ?? '');
    switch (operation.op) {
      case 'add':
      case 'replace':
      case 'remove':
        root = edit(root, path, operation.op, value);
        break;
      case 'move': {
        const moved = copyOf(find(root, from));
        root = edit(edit(root, from, 'remove', null), path, 'add', moved);
        break;
      }
      case 'copy':
        root = edit(root, path, 'add', copyOf(find(root, from)));
        break;
      case 'test':
        if (!sameJson(find(root, path), value)) throw new PatchFailed(`testing ${path}: not equal`);
        break;
      default:
        throw new PatchFailed(`unexpected kind: ${String(operation.op)}`);
    }
  }
  return root;
};
