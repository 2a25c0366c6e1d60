import { manifestFiles } from './manifest-files.ts';
import { type ParsedManifests, parseJson, parseYaml } from './parse-yaml.ts';

/** The config repository at one commit, read for rendering: each file is decoded and parsed once, for however many targets. */
export interface Repository {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The files that are UTF-8 text: what jsonnet may import. */
  readonly texts: ReadonlyMap<string, string>;
  /** The manifest files that a path means (see `manifestFiles`), parsed, in the order of their paths. */
  readonly manifests: (place: string) => readonly ParsedManifests[];
}

/** Regular files only: a symlink is no file of the repository. Never throws; what cannot be read is a problem where it is used. */
export const openRepository = (files: ReadonlyMap<string, Uint8Array>): Repository => {
  const parsed = new Map<string, ParsedManifests>();
  const parseOnce = (path: string, bytes: Uint8Array): ParsedManifests => {
    const known = parsed.get(path);
    if (known !== undefined) return known;
    const manifests = path.endsWith('.json') ? parseJson(path, bytes) : parseYaml(path, bytes);
    parsed.set(path, manifests);
    return manifests;
  };
  return {
    files,
    texts: textsOf(files),
    manifests: (place) => manifestFiles(files, place).map(([path, bytes]) => parseOnce(path, bytes)),
  };
};

const textsOf = (files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, string> => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const texts = new Map<string, string>();
  for (const [path, bytes] of files) {
    try {
      texts.set(path, decoder.decode(bytes));
    } catch {
      // Not text. An import of it is denied and says so.
    }
  }
  return texts;
};
