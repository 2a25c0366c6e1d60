/** A secret that must not be used as it is: an odd name, or a place others can read. */
export class SecretRefused extends Error {
  override readonly name = 'SecretRefused';
  constructor(name: string, because: string) {
    super(`secret ${JSON.stringify(name.slice(0, 100))}: ${because}`);
  }
}

const NAME = /^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/;

/** Throws `SecretRefused` unless `name` is 1 to 64 of a-z, 0-9, dot, dash, underscore, with no dot pair: it becomes a path. */
export const checkSecretName = (name: string): void => {
  if (!NAME.test(name) || name.includes('..')) {
    throw new SecretRefused(
      name,
      'expected 1 to 64 of a-z, 0-9, ".", "-" and "_", starting and ending with a letter or digit',
    );
  }
};
