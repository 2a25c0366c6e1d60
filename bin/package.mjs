import { enter } from './bootstrap.mjs';

enter('test/packaging/package.ts', process.argv.slice(2));
