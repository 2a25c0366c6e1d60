import { type Refused, refused } from './refusal.ts';

/** One image, named by content. `tag` is what it was also called when it was published; it decides nothing. */
export interface Image {
  /** Registry and path, lower case: `registry.example.com/team/storage`. */
  readonly repository: string;
  readonly digest: `sha256:${string}`;
  readonly tag?: string;
}

const repositoryPattern = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;

const isDigest = (text: string): text is `sha256:${string}` => /^sha256:[0-9a-f]{64}$/.test(text);

/** Texts of others in messages: no control characters, at most 120 characters. */
export const shown = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 120);

/**
 * An image from its parts, or why it can not be deployed: no digest (`IMAGE_TAG`), a digest that is not `sha256:` and 64 lower-case
 * hexadecimal digits (`DIGEST_INVALID`), a repository no registry has (`IMAGE_INVALID`). A tag that is not one is left out.
 */
export const imageFrom = (repository: string, digest: string | undefined, tag?: string): Image | Refused => {
  if (!repositoryPattern.test(repository) || repository.length > 255) {
    return refused(
      422,
      'IMAGE_INVALID',
      `image ${shown(repository)} is not registry/repository in lower case; send the full name of the image`,
    );
  }
  if (digest === undefined || digest === '') {
    const name = tag === undefined ? repository : `${repository}:${shown(tag)}`;
    const next = `send ${repository}@sha256:<64 hexadecimal digits> of what was pushed`;
    return refused(422, 'IMAGE_TAG', `image ${name} is named without a digest, and a tag can be moved; ${next}`);
  }
  if (!isDigest(digest)) {
    const found = /^sha256:[0-9a-f]*$/.test(digest)
      ? `has ${digest.length - 7} hexadecimal digits`
      : `is ${shown(digest)}`;
    const expected =
      'expected sha256: and 64 lower-case hexadecimal digits; send the digest that the registry gave to the push';
    return refused(422, 'DIGEST_INVALID', `image ${repository}: its digest ${found}, ${expected}`);
  }
  return { repository, digest, ...(tag !== undefined && tagPattern.test(tag) ? { tag } : {}) };
};

/** `repository[:tag][@digest]` in one text. */
export const parseImage = (text: string): Image | Refused => {
  const [name = '', digest] = text.split('@', 2);
  const { repository, tag } = splitTag(name);
  return imageFrom(repository, digest, tag);
};

/** The colon of a tag comes after the last slash; one before it belongs to a port. */
export const splitTag = (name: string): { readonly repository: string; readonly tag?: string } => {
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon < 0 ? { repository: name } : { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
};

/** The last part of the repository: what the image is called for short. */
export const shortName = (repository: string): string => repository.split('/').at(-1) ?? repository;
