import { lean } from './bundle-lean.mjs';

/** The functions that evaluate jsonnet. */
const evaluating = ['prepare-release', 'serve-console'];

/**
 * Jsonnet is evaluated in a worker, whose script is an entry of its own. A file named as the bundle and a suffix is packed with it and
 * with no other function.
 * @type {import('esbuild').Plugin}
 */
const jsonnetThread = {
  name: 'jsonnet-thread',
  setup: ({ initialOptions }) => {
    const name = evaluating.find((each) => String(initialOptions.entryPoints) === `functions/${each}.ts`);
    if (name === undefined) return;
    initialOptions.entryPoints = {
      [name]: `functions/${name}.ts`,
      [`${name}.jsonnet-thread`]: 'shared/render/jsonnet-thread.ts',
    };
  },
};

export default [jsonnetThread, lean];
