/** What a path of the API names. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Undefined where the path names none: cluster-scoped kinds, and lists over all namespaces. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string;
}

export type Route =
  | { readonly to: 'resource'; readonly path: ResourcePath }
  | { readonly to: 'core-versions' }
  | { readonly to: 'groups' }
  | { readonly to: 'group'; readonly group: string }
  | { readonly to: 'group-version'; readonly group: string; readonly version: string }
  | { readonly to: 'version' }
  | { readonly to: 'health' }
  | { readonly to: 'openapi'; readonly groupVersion: string }
  | { readonly to: 'openapi-v2' }
  | { readonly to: 'nowhere' };

const resourcePath = (group: string, version: string, rest: readonly string[]): Route => {
  const [first = '', second, third, ...more] = rest;
  // `namespaces/x` and its own subresources are about the namespace; anything else below it is about what is in it.
  const inNamespace = first === 'namespaces' && second !== undefined && third !== undefined;
  if (inNamespace && !(group === '' && (third === 'status' || third === 'finalize') && more.length === 0)) {
    const [name = '', ...subresource] = more;
    return {
      to: 'resource',
      path: { group, version, namespace: second, plural: third, name, subresource: subresource.join('/') },
    };
  }
  const subresource = [third, ...more].filter((part) => part !== undefined).join('/');
  return {
    to: 'resource',
    path: { group, version, namespace: undefined, plural: first, name: second ?? '', subresource },
  };
};

/** A part that is no valid escape stands for itself: it names nothing that could be there. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** Finds what a path names, by its shape alone: whether such a kind is served is not asked here. */
export const routeOf = (pathname: string): Route => {
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const [root, second, third, ...rest] = parts;
  if (root === 'version' && second === undefined) return { to: 'version' };
  if (root === 'healthz' || root === 'readyz' || root === 'livez') return { to: 'health' };
  if (root === 'openapi' && second === 'v3') return { to: 'openapi', groupVersion: parts.slice(2).join('/') };
  if (root === 'openapi' && second === 'v2' && third === undefined) return { to: 'openapi-v2' };
  if (root === 'api') {
    if (second === undefined) return { to: 'core-versions' };
    if (third === undefined) return { to: 'group-version', group: '', version: second };
    return resourcePath('', second, [third, ...rest]);
  }
  if (root !== 'apis') return { to: 'nowhere' };
  if (second === undefined) return { to: 'groups' };
  if (third === undefined) return { to: 'group', group: second };
  return rest.length === 0 ? { to: 'group-version', group: second, version: third } : resourcePath(second, third, rest);
};
