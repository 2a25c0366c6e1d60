import type { Image } from './image.ts';

/** One place where a digest changes. Lines count from 1. */
export interface Pin {
  readonly path: string;
  readonly line: number;
  readonly from: string;
}

export type PinPlan =
  /** No file names the repository. */
  | { readonly kind: 'absent' }
  /** It is named, but nowhere with a digest that could be replaced. */
  | { readonly kind: 'unpinned'; readonly path: string; readonly line: number }
  /** Every place has the digest already. */
  | { readonly kind: 'pinned' }
  /** The files as they shall be, byte for byte the old ones but for the digests. */
  | { readonly kind: 'change'; readonly pins: readonly Pin[]; readonly files: ReadonlyMap<string, Uint8Array> };

const editable = /\.(jsonnet|libsonnet|json|ya?ml)$/;
/** A character that would make the name part of a longer one. */
const inName = 'A-Za-z0-9._/:@-';

/** The spellings of one repository: Docker Hub's may be left out of the name (distribution/reference, familiar names). */
const spellings = (repository: string): readonly string[] => {
  const path = repository.replace(/^docker\.io\//, '');
  if (path === repository) return [repository];
  return [repository, path, ...(path.startsWith('library/') ? [path.slice('library/'.length)] : [])];
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** A mention on a line that is nothing but a comment is history, not a pin. */
const isComment = (text: string, index: number): boolean =>
  /^\s*(\/\/|#)/.test(text.slice(text.lastIndexOf('\n', index - 1) + 1, index));

/**
 * What to write so that every `repository@sha256:...` of the config names the new digest. Files are edited as text: comments, spacing and
 * line ends stay, and so do bytes that are not UTF-8. A tag between repository and digest becomes the new tag, or goes where none is known.
 */
export const planPin = (files: ReadonlyMap<string, Uint8Array>, image: Image): PinPlan => {
  const names = spellings(image.repository).map(escaped).join('|');
  const pinned = new RegExp(
    `(?<![${inName}])(${names})(:\\w[\\w.-]{0,127})?@(sha256:[0-9a-f]{64})(?![0-9A-Za-z])`,
    'g',
  );
  const named = new RegExp(`(?<![${inName}])(?:${names})(?::\\w[\\w.-]{0,127})?(?![${inName}])`, 'g');
  const pins: Pin[] = [];
  const changed = new Map<string, Uint8Array>();
  let found = false;
  let unpinned: { path: string; line: number } | undefined;
  for (const [path, bytes] of files) {
    if (!editable.test(path)) continue;
    const text = Buffer.from(bytes).toString('latin1');
    const after = text.replace(
      pinned,
      (whole, name: string, tag: string | undefined, digest: string, index: number) => {
        if (isComment(text, index)) return whole;
        found = true;
        if (digest === image.digest) return whole;
        pins.push({ path, line: lineAt(text, index), from: digest });
        const newTag = tag === undefined || image.tag === undefined ? '' : `:${image.tag}`;
        return `${name}${newTag}@${image.digest}`;
      },
    );
    if (after !== text) changed.set(path, Buffer.from(after, 'latin1'));
    const bare = [...text.matchAll(named)].find((match) => !isComment(text, match.index));
    if (bare !== undefined) unpinned ??= { path, line: lineAt(text, bare.index) };
  }
  if (pins.length > 0) return { kind: 'change', pins, files: changed };
  if (found) return { kind: 'pinned' };
  return unpinned === undefined ? { kind: 'absent' } : { kind: 'unpinned', ...unpinned };
};
