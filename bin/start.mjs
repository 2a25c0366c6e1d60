import { enter } from './bootstrap.mjs';

enter('cli/main.ts', ['demo', ...process.argv.slice(2)]);
