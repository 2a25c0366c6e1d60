import { enter } from './bootstrap.mjs';

await enter('bin/bundle-cli.mjs', process.argv.slice(2));
