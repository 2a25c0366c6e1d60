import type { Source } from './sources.ts';

/** Exported for the one who is not a module: Lambda calls it. */
const CALLED_FROM_OUTSIDE = /^functions\/[\w-]+\.ts#handler$/;

/** Types and error classes are part of the signature of what is exported beside them, whoever imports them by name. */
const isSignature = (text: string, name: string): boolean =>
  new RegExp(`^export (?:interface|type) ${name}\\b|^export class ${name} extends \\w*Error\\b`, 'm').test(text);

/** Exported values, as `path#name`, that no other module and no test imports. */
export const unusedExports = (sources: readonly Source[], tests: readonly Source[]): readonly string[] => {
  const used = new Set(
    [...sources, ...tests].flatMap(({ imports }) =>
      imports.flatMap(({ from, names }) => names.map((name) => `${from}#${name}`)),
    ),
  );
  return sources.flatMap(({ path, text, exports }) =>
    exports
      .filter((name) => !used.has(`${path}#${name}`) && !used.has(`${path}#*`) && !isSignature(text, name))
      .map((name) => `${path}#${name}`)
      .filter((place) => !CALLED_FROM_OUTSIDE.test(place)),
  );
};
