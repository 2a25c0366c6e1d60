import type { Json, JsonObject } from '../object.ts';
import { any, type StructType, type Type } from './type.ts';

export interface Subresource {
  readonly name: string;
  /** `Kind` of the resource's own group and version, or `group/version/Kind`. */
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** Where a custom resource keeps what the scale subresource shows. JSON paths as the CRD gives them: `.spec.replicas`. */
export interface ScalePaths {
  readonly spec: string;
  readonly status: string;
  readonly selector?: string;
}

/** One kind as it is served in one version. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly Subresource[];
  readonly type: Type;
  /** Present for kinds that a CustomResourceDefinition made. */
  readonly custom?: {
    readonly scale?: ScalePaths;
    readonly hasStatus: boolean;
    readonly schema: JsonObject;
    /** `additionalPrinterColumns`. */
    readonly columns: readonly Json[];
  };
}

export const groupVersionOf = ({ group, version }: Pick<Resource, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** `deployments.apps`, `pods`: how errors and storage name a resource. */
export const groupResourceOf = ({ group, plural }: Pick<Resource, 'group' | 'plural'>): string =>
  group === '' ? plural : `${plural}.${group}`;

export const groupKindOf = ({ group, kind }: Pick<Resource, 'group' | 'kind'>): string =>
  group === '' ? kind : `${kind}.${group}`;

/**
 * Reads the text of `builtin.kinds`: a resource a line, `groupVersion plural singular Kind Scope verbs shortNames categories` and then
 * `subresource:Kind:verbs` and `=type` in any number. `-` is an empty list.
 */
export const parseResources = (text: string, types: ReadonlyMap<string, StructType>): readonly Resource[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => parseResource(line.split(' '), types));

const listOf = (text: string | undefined) => (text === undefined || text === '-' ? [] : text.split(','));

const parseResource = (words: readonly string[], types: ReadonlyMap<string, StructType>): Resource => {
  const [groupVersion = '', plural = '', singular = '', kind = '', scope, verbs, shortNames, categories, ...rest] =
    words;
  const slash = groupVersion.indexOf('/');
  const typeName = rest.find((word) => word.startsWith('='))?.slice(1);
  return {
    group: slash < 0 ? '' : groupVersion.slice(0, slash),
    version: groupVersion.slice(slash + 1),
    plural,
    singular,
    kind,
    listKind: `${kind}List`,
    namespaced: scope === 'Namespaced',
    verbs: listOf(verbs),
    shortNames: listOf(shortNames),
    categories: listOf(categories),
    subresources: rest.filter((word) => !word.startsWith('=')).map(parseSubresource),
    type: types.get(typeName ?? '') ?? any,
  };
};

const parseSubresource = (word: string): Subresource => {
  const [name = '', kind = '', verbs] = word.split(':');
  return { name, kind, verbs: listOf(verbs) };
};

export const hasSubresource = (resource: Resource, name: string): boolean =>
  resource.subresources.some((subresource) => subresource.name === name);
