import { problemAt, type RenderProblem } from './render-failed.ts';

export interface PinnedImages {
  readonly value: unknown;
  /** Names of the entries of `images` that some container has. */
  readonly used: ReadonlySet<string>;
}

/**
 * Puts the images of a service, `repository@sha256:…` by name, into plain manifests. A container is an item of any list named
 * `containers`, `initContainers` or `ephemeralContainers`, in whatever kind of object, that has text as `image`. Its image is
 * replaced where its repository (the image less its tag and digest, compared as written) is that of an entry; where several
 * entries have that repository, by the one named like the container, and by none if there is none. Nothing else is changed.
 */
export const pinImages = (value: unknown, images: Readonly<Record<string, string>>): PinnedImages => {
  const used = new Set<string>();

  const pinContainer = (container: unknown): unknown => {
    if (!isRecord(container) || typeof container.image !== 'string') return pin(container);
    const repository = repositoryOf(container.image);
    const entries = Object.entries(images).filter(([, image]) => repositoryOf(image) === repository);
    const [name, image] =
      entries.find(([entry]) => entry === container.name) ?? (entries.length === 1 ? entries : [])[0] ?? [];
    if (name === undefined || image === undefined) return pin(container);
    used.add(name);
    return { ...container, image };
  };

  const pin = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(pin);
    if (!isRecord(part)) return part;
    return Object.fromEntries(
      Object.entries(part).map(([field, member]) => [
        field,
        containerLists.has(field) && Array.isArray(member) ? member.map(pinContainer) : pin(member),
      ]),
    );
  };

  return { value: pin(value), used };
};

/** Entries of `images` that no container of the service has: a new version that would reach nothing. */
export const unusedImages = (
  images: Readonly<Record<string, string>>,
  used: ReadonlySet<string>,
  source: string,
): readonly RenderProblem[] =>
  Object.entries(images)
    .filter(([name]) => !used.has(name))
    .map(([name, image]) => {
      const what = `images.${name}: no container has an image of ${repositoryOf(image)}; correct the repository or remove the entry`;
      return problemAt('IMAGE_UNUSED', source, what);
    });

const containerLists: ReadonlySet<string> = new Set(['containers', 'initContainers', 'ephemeralContainers']);

/** `registry.example.com:5000/team/web:1.2@sha256:…` -> `registry.example.com:5000/team/web`. */
const repositoryOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
