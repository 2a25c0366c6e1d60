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
  // The messages of GKE as classes, 3 MB: its client works with their description, protos.json. And the client of the beta API.
  { module: /@google-cloud\/container\/build\/protos\/protos\.js$/, contents: '' },
  { module: /@google-cloud\/container\/build\/src\/v1beta1\/index\.js$/, contents: '' },
  // The messages of IAM and of locations as classes, which its transport only hands on; it works with their descriptions, too.
  { module: /google-gax\/build\/protos\/(iam_service|locations)\.js$/, contents: '' },
  // Node has SHA-1, and in less time.
  {
    module: /\/sha\.js\/sha1\.js$/,
    contents: "module.exports = function Sha1() { return require('node:crypto').createHash('sha1'); };",
  },
  // Node has had these streams since 18.
  { module: /web-streams-polyfill\/dist\/ponyfill[\w.]*$/, contents: "module.exports = require('node:stream/web');" },
];

/** Says so where it is asked for after all: bin/bundle-lean.mjs is then wrong. */
const refused = (what) => `throw new Error('bundle: ${what} is left out, for this function has no use for it');`;
/** A module that is loaded when it is first used. By `module`, esbuild knows that it is none with names. */
const absent = (what) => `module.exports = undefined; ${refused(what)}`;

/** In place of a module whose functions are never called: each says so if it is. `of` names them. */
const uncalled = (of, what) =>
  `const refuse = () => { ${refused(what)} };\n${of.map((name) => `exports.${name} = refuse;`).join('\n')}`;

/** The same of a module whose functions are imported by name. */
const unmade = (of, what) =>
  `const refuse = () => { ${refused(what)} };\n${of.map((name) => `export const ${name} = refuse;`).join('\n')}`;

/** Parts of packages that only others of their functions use than those that are called here. */
const never = [
  // Schemas are made here, and written as JSON schemas, by which mistakes in a config are told (shared/fleet/explain-issues.ts); none is read.
  {
    module: /zod\/v4\/classic\/from-json-schema\.js$/,
    contents: unmade(['fromJSONSchema'], 'reading a JSON schema'),
  },
  // Every client of AWS is given the credentials of its function (functions/outside.ts), and looks for none.
  {
    module: /@aws-sdk\/credential-provider-node\/dist-\w+\/index\.js$/,
    contents: uncalled(['defaultProvider'], 'looking for credentials of AWS'),
  },
  // Names the browser that it runs in.
  { module: /\/bowser\/bowser\.m?js$/, contents: 'module.exports = undefined;' },
  // An assertion of Entra is signed by AWS (shared/clouds/entra.ts), not with a certificate.
  {
    module: /\/jsonwebtoken\/index\.js$/,
    contents: uncalled(['sign', 'verify', 'decode'], 'signing with a certificate'),
  },
  // What Google's transport sends by where it is given no other (shared/clouds/gaxios.ts).
  { module: /\/node-fetch\/src\/index\.js$/, contents: 'export default undefined;' },
  { module: /\/https-proxy-agent\/dist\/index\.js$/, contents: 'module.exports = undefined;' },
  // Folders in memory are read and written here, and never kept as one value.
  {
    module: /@jsonjoy\.com\/fs-snapshot\/lib\/index\.js$/,
    contents: uncalled(
      ['', 'Binary', 'Json'].flatMap((form) => [`to${form}SnapshotSync`, `from${form}SnapshotSync`]),
      'a snapshot of a folder',
    ),
  },
  {
    module: /@jsonjoy\.com\/fs-node\/lib\/glob\.js$/,
    contents: uncalled(['glob', 'globSync', 'globWalk'], 'looking for files by a pattern'),
  },
  // Nor is one watched for what becomes of its files.
  {
    module: /\/glob-to-regex\.js\/lib\/index\.js$/,
    contents: uncalled(['toRegex', 'expandBraces'], 'a pattern of file names'),
  },
  // Calendars are read: nothing writes one, nor reads cards of people. The package as one file can not be told so.
  { module: /\/ical\.js\/dist\/ical\.js$/, contents: "export { default } from '../lib/ical/module.js';" },
  {
    module: /\/ical\.js\/lib\/ical\/(event|component_parser|stringify|vcard_time|binary)\.js$/,
    contents: 'export default class LeftOut {}',
  },
];

/** Clients that only a function with one of these policies has a use for. */
const byPolicy = [
  {
    policies: [
      'ReadSecrets',
      'ReadAddresses',
      'ReadAlertSecret',
      'ReadConfigToken',
      'ReadTestSecret',
      'ReadWebhookSecret',
      // Of an issuer of one's own for Entra.
      'OpenClusters',
    ],
    module: /@aws-sdk\/client-ssm\/dist-\w+\/index\.js$/,
    contents: absent('the client of SSM'),
  },
  {
    policies: ['ReadBlobs', 'WriteBlobs', 'SignAudit'],
    module: /@aws-sdk\/client-s3\/dist-\w+\/index\.js$/,
    contents: absent('the client of S3'),
  },
  {
    policies: ['SignAudit'],
    module: /@aws-sdk\/client-kms\/dist-\w+\/index\.js$/,
    contents: absent('the client of KMS'),
  },
  // All of Google's ways to be known, for the one by which AWS is; GKE's own client takes others into account.
  {
    policies: ['ResolveClusters'],
    module: /google-auth-library\/build\/src\/index\.js$/,
    contents: `exports.AwsClient = require('./auth/awsclient').AwsClient; exports.gaxios = require('gaxios');`,
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

const leavingOut = (parts, { onLoad }) => {
  // The first that fits counts.
  for (const { module, contents } of parts) {
    onLoad({ filter: module }, ({ path }) => ({ contents, loader: 'js', resolveDir: dirname(path) }));
  }
};

/**
 * Leaves out of any bundle what nothing here calls.
 * @type {import('esbuild').Plugin}
 */
export const called = { name: 'called', setup: (build) => leavingOut([...never, ...unused], build) };

/**
 * Leaves out of a bundle what its function can not reach, which esbuild can not tell of packages written for CommonJS, and the clients
 * of what its role may not ask.
 * @type {import('esbuild').Plugin}
 */
export const lean = {
  name: 'lean',
  setup: (build) => {
    const entries = build.initialOptions.entryPoints;
    const policies = policiesOf(Array.isArray(entries) ? entries[0] : Object.values(entries)[0]);
    const idle = byPolicy.filter((each) => !each.policies.some((policy) => policies.includes(policy)));
    leavingOut([...idle, ...never, ...unused], build);
  },
};
