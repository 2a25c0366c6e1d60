// What `npm pack` packs: the command line and all it needs as JavaScript in `dist/`, so that it is installed without another package.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { called } from './bundle-lean.mjs';
import { builtins } from './bundle-plugins.mjs';

const root = dirname(import.meta.dirname);
const out = join(root, 'dist', 'cli');
for (const folder of [out, join(root, 'dist', 'statemachines'), join(root, 'dist', 'examples')]) {
  rmSync(folder, { recursive: true, force: true });
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'cli/main.ts',
    'jsonnet-thread': 'shared/render/jsonnet-thread.ts',
    'rehearsal-process': 'cli/rehearsal-process.ts',
  },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'part-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  metafile: true,
  logLevel: 'warning',
  legalComments: 'none',
  plugins: [builtins, called],
  banner: {
    js: "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
  },
});

// Files that are read at run time, where `import.meta.url` of a file in `dist/cli` leads.
const beside = {
  'shared/render/jsonnet/jsonnet.wasm': 'cli/jsonnet/jsonnet.wasm',
  'console/assets': 'cli/assets',
  'node_modules/idiomorph/dist/idiomorph.esm.js': 'cli/assets/idiomorph.esm.js',
  'local/fleet/kubernetes/schema/builtin.kinds': 'cli/builtin.kinds',
  'local/fleet/kubernetes/schema/builtin.types': 'cli/builtin.types',
  statemachines: 'statemachines',
  'examples/demo': 'examples/demo',
  'examples/scenarios': 'examples/scenarios',
};
for (const [from, to] of Object.entries(beside)) {
  mkdirSync(dirname(join(root, 'dist', to)), { recursive: true });
  cpSync(join(root, from), join(root, 'dist', to), { recursive: true });
}

/** The folder of the package that a bundled file is from, `node_modules` within `node_modules` included. */
const packageOf = (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

const licenceOf = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, folder)).find((each) => /^(licen[cs]e|copying)(\.|$)/i.test(each));
  const text =
    file === undefined
      ? 'The package has no file of its licence.'
      : readFileSync(join(root, folder, file), 'utf8').trim();
  return `${name} ${version}: ${typeof license === 'string' ? license : 'see below'}\n\n${text}\n`;
};

const inputs = [...Object.keys(metafile.inputs), 'node_modules/idiomorph/dist/idiomorph.esm.js'];
const packages = [...new Set(inputs.map(packageOf))].filter(
  (each) => each !== undefined && existsSync(join(root, each, 'package.json')),
);
writeFileSync(
  join(out, 'LICENCES.txt'),
  `Packages that are part of the command line, with their licences.\n\n${packages
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`)}`,
);
