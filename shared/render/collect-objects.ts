import type { Manifest, RenderedObject } from '../rollout/release.ts';
import { assessObject } from './assess-object.ts';
import { problemAt, type RenderProblem } from './render-failed.ts';

export interface CollectedObjects {
  readonly objects: readonly RenderedObject[];
  readonly problems: readonly RenderProblem[];
}

/**
 * The Kubernetes objects in a value, as kubecfg takes them: from any nesting of objects, arrays and Lists, in field order; null is
 * skipped. A member is an object where it has text as `apiVersion` or `kind`; a kind ending in `List` that has `items` and no name
 * stands for its items, which take their kind and version from it where they state none. Everything else that is not nesting is a
 * problem named by its path: `services/x.jsonnet: deployment.spec: expected a Kubernetes object …`.
 * `source` is where the value was written; a nested object's path is added to it in parentheses.
 */
export const collectObjects = (value: unknown, source: string): CollectedObjects => {
  const objects: RenderedObject[] = [];
  const problems: RenderProblem[] = [];

  const refuse = (path: string, what: string): void => {
    problems.push(problemAt('OBJECT_INVALID', source, path === '' ? what : `${path}: ${what}`));
  };

  const visit = (found: unknown, path: string, given: Partial<Kind>): void => {
    if (found === null) return;
    if (Array.isArray(found)) {
      for (const [index, item] of found.entries()) visit(item, `${path}[${index}]`, given);
    } else if (!isRecord(found)) {
      refuse(path, `expected a Kubernetes object, or objects nested in fields and arrays; found ${describe(found)}`);
    } else if (typeof found.apiVersion === 'string' || typeof found.kind === 'string' || given.kind !== undefined) {
      take({ ...given, ...found }, path);
    } else {
      for (const [field, member] of Object.entries(found)) visit(member, path === '' ? field : `${path}.${field}`, {});
    }
  };

  const take = (found: Record<string, unknown>, path: string): void => {
    const list = listOf(found);
    if (list !== undefined) {
      for (const [index, item] of list.items.entries())
        visit(item, `${path === '' ? '' : `${path}.`}items[${index}]`, list.given);
      return;
    }
    const problem = shapeOf(found);
    if (problem !== undefined) {
      refuse(path, problem);
      return;
    }
    const object = withoutEmptyMetadata(found);
    objects.push({ object, source: path === '' ? source : `${source} (${path})` });
    for (const { code, what } of assessObject(object)) {
      const name = `${object.kind} ${object.metadata.name}: ${what}`;
      problems.push(problemAt(code, source, path === '' ? name : `${path}: ${name}`));
    }
  };

  // Of a file of kustomize's own, whose kind may be left out, nothing is an object.
  if (isRecord(value) && value.kind === undefined && /(^|[/\\])kustomization\.ya?ml(:|$)/i.test(source)) {
    refuse('', ofKustomize('file'));
  } else {
    visit(value, '', {});
  }
  return { objects, problems };
};

const expected = 'expected a Kubernetes object';

const ofKustomize = (what: string): string =>
  `${expected}, and this ${what} says how kustomize makes some; apply what "kustomize build" prints, or leave it out`;

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

interface List {
  readonly items: readonly unknown[];
  /** What items of a typed list take on that state no kind: `ConfigMapList` holds `ConfigMap`s. */
  readonly given: Partial<Kind>;
}

const listOf = (found: Record<string, unknown>): List | undefined => {
  const { apiVersion, kind, metadata } = found;
  if (typeof kind !== 'string' || !kind.endsWith('List')) return undefined;
  if (isRecord(metadata) && typeof metadata.name === 'string') return undefined;
  const item = kind.slice(0, -'List'.length);
  // What prints a List of nothing may print no items, or null.
  const isEmpty = found.items === null || (found.items === undefined && item === '' && apiVersion === 'v1');
  const items = isEmpty ? [] : found.items;
  if (!Array.isArray(items)) return undefined;
  return { items, given: item === '' || typeof apiVersion !== 'string' ? {} : { apiVersion, kind: item } };
};

/** What keeps a value from being an object that can be sent. */
const shapeOf = ({ apiVersion, kind, metadata }: Record<string, unknown>): string | undefined => {
  if (typeof apiVersion !== 'string' || apiVersion === '') return `${expected}, but apiVersion is missing`;
  if (typeof kind !== 'string' || kind === '') return `${expected}, but kind is missing`;
  if (apiVersion.startsWith('kustomize.config.k8s.io/')) return ofKustomize(kind);
  if (!isRecord(metadata)) return `${expected}, but the metadata of this ${kind} is missing`;
  if (typeof metadata.name === 'string' && metadata.name !== '') return undefined;
  if (metadata.generateName !== undefined) {
    return `${kind} has generateName: every rollout would make another object; give it metadata.name`;
  }
  return `${expected}, but metadata.name of this ${kind} is ${metadata.name === undefined ? 'missing' : 'not text'}`;
};

/** `null` and an empty namespace mean the same as nothing written. */
const withoutEmptyMetadata = (found: Record<string, unknown>): Manifest => {
  const metadata = Object.entries(isRecord(found.metadata) ? found.metadata : {}).filter(
    ([field, value]) => value !== null && !(field === 'namespace' && value === ''),
  );
  const { apiVersion, kind } = found;
  const { name, ...others } = Object.fromEntries(metadata);
  return { ...found, apiVersion: String(apiVersion), kind: String(kind), metadata: { name: String(name), ...others } };
};

const describe = (value: unknown): string => {
  const text = JSON.stringify(value);
  return `the ${typeof value} ${text.length <= 40 ? text : `${text.slice(0, 40)}…`}`;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
