/**
 * Writes `builtin.kinds` and `builtin.types` beside this file from the published OpenAPI and discovery documents of a Kubernetes
 * release: `node local/fleet/kubernetes/schema/openapi-files.ts FOLDER`, where FOLDER is `api` of the Go module `k8s.io/kubernetes`
 * (its OpenAPI documents are facts of the API, Apache-2.0). Run by hand when the simulated version moves; the output is committed.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly [extension: `x-kubernetes-${string}`]: unknown;
}

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('openapi-files: name the folder api of the module k8s.io/kubernetes');
const read = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));

const schemas: Record<string, Schema> = {};
for (const file of readdirSync(join(folder, 'openapi-spec', 'v3')).filter((name) => /__v\d+_openapi/.test(name))) {
  Object.assign(schemas, read('openapi-spec', 'v3', file).components?.schemas);
}

const shortName = (ref: string) =>
  ref
    .replace('#/components/schemas/', '')
    .replace('io.k8s.apimachinery.pkg.apis.', '')
    .replace('io.k8s.apimachinery.pkg.', '')
    .replace('io.k8s.apiextensions-apiserver.pkg.apis.', '')
    .replace('io.k8s.kube-aggregator.pkg.apis.', '')
    .replace('io.k8s.api.', '');

const scalarNames: Readonly<Record<string, string>> = {
  'api.resource.Quantity': 'quantity',
  'util.intstr.IntOrString': 'intstr',
  'meta.v1.Time': 'time',
  'meta.v1.MicroTime': 'time',
  'meta.v1.FieldsV1': 'any',
  'runtime.RawExtension': 'any',
};
const primitives: Readonly<Record<string, string>> = { string: 'str', integer: 'int', number: 'num', boolean: 'bool' };
const needed = new Set<string>();

const expression = (schema: Schema): string => {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (ref !== undefined) {
    const name = shortName(ref);
    const known = scalarNames[name];
    if (known !== undefined) return known;
    const target = schemas[ref.replace('#/components/schemas/', '')];
    if (target?.properties === undefined && target?.type !== 'object') return 'any';
    needed.add(ref.replace('#/components/schemas/', ''));
    return name;
  }
  if (schema.type === 'array' && schema.items !== undefined) {
    const keys = schema['x-kubernetes-list-map-keys'];
    const kind = schema['x-kubernetes-list-type'];
    const suffix = kind === 'map' && Array.isArray(keys) ? `map(${keys.join(',')})` : kind === 'set' ? 'set' : '';
    return `[${expression(schema.items)}]${suffix}`;
  }
  if (schema.type === 'object')
    return schema.additionalProperties ? `{${expression(schema.additionalProperties)}}` : 'any';
  return primitives[schema.type ?? ''] ?? 'any';
};

const fieldText = (name: string, schema: Schema, required: boolean): string => {
  const strategy = String(schema['x-kubernetes-patch-strategy'] ?? '');
  const marks = [
    schema['x-kubernetes-map-type'] === 'atomic' ? '@' : '',
    schema.allOf !== undefined && JSON.stringify(schema.default) === '{}' ? '!' : '',
    strategy.includes('merge') ? `~${schema['x-kubernetes-patch-merge-key'] ?? ''}` : '',
    strategy.includes('retainKeys') ? '^' : '',
    typeof schema.default === 'string' && schema.default !== '' ? `=${schema.default}` : '',
  ];
  return `${name}${required ? '*' : ''}:${expression(schema)}${marks.join('')}`;
};

const typeLine = (name: string): string => {
  const schema = schemas[name] ?? {};
  const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? '@' : '';
  const fields = Object.entries(schema.properties ?? {}).map(([field, type]) =>
    fieldText(field, type, schema.required?.includes(field) ?? false),
  );
  return [`${shortName(name)}${atomic}`, ...fields].join(' ');
};

interface DiscoveredResource {
  readonly resource: string;
  readonly singularResource: string;
  readonly scope: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly responseKind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly subresources?: readonly {
    readonly subresource: string;
    readonly verbs: readonly string[];
    readonly responseKind: { readonly group: string; readonly version: string; readonly kind: string };
  }[];
}

const list = (values: readonly string[] | undefined) => (values?.length ? values.join(',') : '-');
const kindOf = (kind: DiscoveredResource['responseKind'], own: string) =>
  kind.group === '' || own === `${kind.group}/${kind.version}`
    ? kind.kind
    : `${kind.group}/${kind.version}/${kind.kind}`;

const kinds: string[] = [];
const coreResources: DiscoveredResource[] = [];
const describe = (group: string, version: string, resource: DiscoveredResource) => {
  const own = `${group}/${version}`;
  const subresources = (resource.subresources ?? []).map(
    (sub) => `${sub.subresource}:${kindOf(sub.responseKind, own)}:${list(sub.verbs)}`,
  );
  kinds.push(
    [
      group === '' ? version : own,
      resource.resource,
      resource.singularResource,
      resource.responseKind.kind,
      resource.scope,
      list(resource.verbs),
      list(resource.shortNames),
      list(resource.categories),
      ...subresources,
    ].join(' '),
  );
  for (const [name, schema] of Object.entries(schemas)) {
    const gvks = schema['x-kubernetes-group-version-kind'];
    if (!Array.isArray(gvks) || !schema.properties) continue;
    const matches = gvks.some(
      (gvk) => gvk.group === group && gvk.version === version && gvk.kind === resource.responseKind.kind,
    );
    if (matches && gvks.length === 1) {
      needed.add(name);
      kinds[kinds.length - 1] += ` =${shortName(name)}`;
    }
  }
};

interface LegacyResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}
const core: readonly LegacyResource[] = read('discovery', 'api__v1.json').resources;
for (const resource of core.filter(({ name }) => !name.includes('/'))) {
  const subresources = core.filter(({ name }) => name.startsWith(`${resource.name}/`));
  coreResources.push({
    resource: resource.name,
    singularResource: resource.singularName,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    verbs: resource.verbs,
    shortNames: resource.shortNames ?? [],
    categories: resource.categories ?? [],
    responseKind: { group: '', version: '', kind: resource.kind },
    subresources: subresources.map((sub) => ({
      subresource: sub.name.slice(resource.name.length + 1),
      verbs: sub.verbs,
      responseKind: { group: sub.group ?? '', version: sub.version ?? '', kind: sub.kind },
    })),
  });
}
for (const resource of coreResources) describe('', 'v1', resource);
for (const group of read('discovery', 'aggregated_v2.json').items) {
  for (const { version, resources } of group.versions) {
    if (/^v\d+$/.test(version)) for (const resource of resources) describe(group.metadata.name, version, resource);
  }
}

const lines = new Map<string, string>();
for (let before = -1; before !== needed.size; ) {
  before = needed.size;
  for (const name of [...needed]) if (!lines.has(name)) lines.set(name, typeLine(name));
}
const here = import.meta.dirname;
const header = (what: string) => `# ${what} of Kubernetes v1.35, written by openapi-files.ts; do not edit.\n`;
writeFileSync(join(here, 'builtin.kinds'), `${header('The kinds')}${kinds.join('\n')}\n`);
writeFileSync(join(here, 'builtin.types'), `${header('The types')}${[...lines.values()].sort().join('\n')}\n`);
