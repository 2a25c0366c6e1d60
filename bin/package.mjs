import { enter } from './bootstrap.mjs';

await enter('test/packaging/package.ts', process.argv.slice(2));
