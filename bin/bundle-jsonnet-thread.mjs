/**
 * The one function that evaluates jsonnet does it in a worker, whose script is an entry of its own. A file named as the bundle and a
 * suffix is packed with it and with no other function.
 * @type {import('esbuild').Plugin}
 */
const jsonnetThread = {
  name: 'jsonnet-thread',
  setup: ({ initialOptions }) => {
    if (String(initialOptions.entryPoints) !== 'functions/prepare-release.ts') return;
    initialOptions.entryPoints = {
      'prepare-release': 'functions/prepare-release.ts',
      'prepare-release.jsonnet-thread': 'shared/render/jsonnet-thread.ts',
    };
  },
};

export default [jsonnetThread];
