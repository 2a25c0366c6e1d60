import { isObject, type JsonObject } from './fields.ts';

/** Words that a variable or a key of a file says a credential by. */
const telling = /pass(word|wd|phrase)|\bpwd\b|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|credential/i;

/** Client-side apply keeps the whole manifest in this annotation, variables and all. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Whether the value at a path of an object is to be shown by its hash alone: a variable of a container, or a key of a ConfigMap, whose
 * name says that it is a credential. It should be in a Secret; where it is not, a plan, a log and a page need not repeat it.
 */
export const isCredential = (path: string): boolean => {
  if (path === `/metadata/annotations/${lastApplied.replace('/', '~1')}`) return true;
  const [, variable, key] = /\/env\[name=([^\]]*)\](?:\/value)?$|^\/data\/([^/]*)$/.exec(path) ?? [];
  return telling.test(variable ?? key ?? '');
};

const hiddenValue = '(not shown)';

/**
 * The value at a path without what `isCredential` would hide further down, and without the passwords of addresses
 * (`//user:password@`).
 */
export const withoutCredentials = (path: string, value: unknown): unknown =>
  path === '/data' && isObject(value)
    ? mapMembers(value, (name, member) => (telling.test(name) ? hiddenValue : bare(member)))
    : bare(value);

const bare = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replaceAll(/(:\/\/[^/\s:@]*:)[^/\s@]+@/g, `$1${hiddenValue}@`);
  if (Array.isArray(value)) return value.map(bare);
  if (!isObject(value)) return value;
  const isTelling = typeof value.name === 'string' && telling.test(value.name) && typeof value.value === 'string';
  return mapMembers(value, (name, member) =>
    name === lastApplied || (isTelling && name === 'value') ? hiddenValue : bare(member),
  );
};

const mapMembers = (object: JsonObject, map: (name: string, member: unknown) => unknown): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, member]) => [name, map(name, member)]));
