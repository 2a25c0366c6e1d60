import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { lean } from './bundle-lean.mjs';

/** The functions that evaluate jsonnet. */
const evaluating = ['prepare-release', 'serve-console'];

const entryOf = ({ entryPoints }) =>
  String(Array.isArray(entryPoints) ? entryPoints[0] : Object.values(entryPoints)[0]);

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

/**
 * What is imported where it is used, as a client of a cloud, is a file of its own beside the bundle (`<name>.part-….mjs`), which is neither
 * read nor compiled before.
 * @type {import('esbuild').Plugin}
 */
const parts = {
  name: 'parts',
  setup: ({ initialOptions }) => {
    initialOptions.chunkNames = `${basename(entryOf(initialOptions), '.ts')}.part-[hash]`;
  },
};

/**
 * Node's own modules by `require`. Importing one reads all that it exports, and of `node:http` that loads a WebSocket client: 50 ms.
 * @type {import('esbuild').Plugin}
 */
export const builtins = {
  name: 'builtins',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(node:)?https?$/ }, ({ path, kind, namespace }) =>
      namespace === 'builtins' || kind === 'require-call' ? { path, external: true } : { path, namespace: 'builtins' },
    );
    onLoad({ filter: /./, namespace: 'builtins' }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
      loader: 'js',
    }));
  },
};

/** `.describe('…')` of a field: what editors show, by docs/config.schema.json, which is made from the sources. */
const description = /\s*\.describe\(\s*(?:'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)\s*,?\s*\)/g;

/**
 * The config's schema without the words that describe its fields: 6 kB compressed that no function reads.
 * @type {import('esbuild').Plugin}
 */
const undescribed = {
  name: 'undescribed',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/shared\/fleet\/schema[\w-]*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(description, ''),
      loader: 'ts',
    }));
  },
};

export default [jsonnetThread, parts, builtins, undescribed, lean];
