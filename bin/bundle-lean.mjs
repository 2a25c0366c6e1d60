import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parse } from 'yaml';

/**
 * What packages bring along that nothing here calls, by the module that brings it. A bundle that misses something fails its import,
 * which packaging tries for every one.
 */
const unused = [
  // All forty languages of messages; English is imported by itself.
  { module: /zod\/v4\/locales\/index\.js$/, contents: "export { default as en } from './en.js';" },
  // The whole of undici, mocks and caches too, for three of its parts (shared/outside/undici.ts).
  {
    module: /undici\/index\.js$/,
    contents: `import Agent from './lib/dispatcher/agent.js';
      import buildConnector from './lib/core/connect.js';
      import errors from './lib/core/errors.js';
      export { Agent, buildConnector, errors };`,
  },
  // Its parser for processors without SIMD, which Lambda has none of.
  { module: /undici\/lib\/llhttp\/llhttp-wasm\.js$/, contents: "module.exports = require('./llhttp_simd-wasm.js');" },
  // The parser that undici tries out, and uses only where it is told to.
  { module: /undici\/lib\/milo\/[\w-]+\.js$/, contents: 'module.exports = undefined;' },
  // The messages of GKE as classes, 3 MB: its client works with their description, protos.json. And the client of the beta API.
  { module: /@google-cloud\/container\/build\/protos\/protos\.js$/, contents: '' },
  { module: /@google-cloud\/container\/build\/src\/v1beta1\/index\.js$/, contents: '' },
  // Node has had these streams since 18.
  { module: /web-streams-polyfill\/dist\/ponyfill[\w.]*$/, contents: "module.exports = require('node:stream/web');" },
];

/** Says so where it is asked for after all: a role that allows more must come first. */
const refused = (what) => `throw new Error('bundle: ${what} is left out, for the role of this function allows none');`;
/** A module that is loaded when it is first used. By `module`, esbuild knows that it is none with names. */
const absent = (what) => `module.exports = undefined; ${refused(what)}`;

/** Clients that only a function with one of these policies has a use for. */
const byPolicy = [
  {
    policies: ['ReadSecrets', 'ReadAddresses', 'ReadConfigToken', 'ReadWebhookSecret'],
    module: /@aws-sdk\/client-ssm\/dist-\w+\/index\.js$/,
    contents: absent('the client of SSM'),
  },
  {
    policies: ['ReadBlobs', 'WriteBlobs'],
    module: /@aws-sdk\/client-s3\/dist-\w+\/index\.js$/,
    contents: absent('the client of S3'),
  },
];

const roles = parse(readFileSync(new URL('../resources/function-roles.yml', import.meta.url), 'utf8')).Resources;

/** The policies of a function's role: of `functions/apply-manifests.ts` those of `ApplyManifestsRole`. */
const policiesOf = (entry) => {
  const key = basename(entry, '.ts').replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());
  const role = roles[`${key}Role`];
  if (role === undefined) throw new Error(`bundle: resources/function-roles.yml has no ${key}Role for ${entry}`);
  return role.Properties.ManagedPolicyArns.map((policy) => policy.Ref);
};

/**
 * Leaves out of a bundle what its function can not reach, which esbuild can not tell of packages written for CommonJS, and the clients
 * of what its role may not ask.
 * @type {import('esbuild').Plugin}
 */
export const lean = {
  name: 'lean',
  setup: ({ initialOptions, onLoad }) => {
    const entries = initialOptions.entryPoints;
    const policies = policiesOf(Array.isArray(entries) ? entries[0] : Object.values(entries)[0]);
    const idle = byPolicy.filter((each) => !each.policies.some((policy) => policies.includes(policy)));
    // The first that fits counts.
    for (const { module, contents } of [...idle, ...unused]) {
      onLoad({ filter: module }, ({ path }) => ({ contents, loader: 'js', resolveDir: dirname(path) }));
    }
  },
};
