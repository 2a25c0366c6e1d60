/** A digest that is not one. It never became a path or an object key. */
export class DigestRefused extends Error {
  override readonly name = 'DigestRefused';
  constructor(digest: string) {
    super(
      `blob digest ${JSON.stringify(digest.slice(0, 100))}: expected "sha256:" and 64 lower-case hexadecimal digits`,
    );
  }
}

const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** The 64 hexadecimal digits: all of a digest that may become part of a path. Throws `DigestRefused` for anything else. */
export const digestHex = (digest: string): string => {
  const hex = DIGEST.exec(digest)?.[1];
  if (hex === undefined) throw new DigestRefused(digest);
  return hex;
};
