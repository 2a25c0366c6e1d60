/**
 * The manifest files that a path means, sorted by path: the file itself, or every .yaml, .yml and .json at any depth of the folder.
 * Hidden files and folders (a leading dot) are left out.
 */
export const manifestFiles = (
  files: ReadonlyMap<string, Uint8Array>,
  place: string,
): readonly (readonly [path: string, bytes: Uint8Array])[] => {
  const path = place.replace(/^\.\//, '').replace(/\/+$/, '');
  const bytes = files.get(path);
  if (bytes !== undefined) return [[path, bytes]];
  const inside = path === '' || path === '.' ? '' : `${path}/`;
  return [...files]
    .filter(([file]) => file.startsWith(inside) && isManifest(file.slice(inside.length)))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
};

const isManifest = (path: string): boolean => /\.(?:ya?ml|json)$/.test(path) && !/(?:^|\/)\./.test(path);
