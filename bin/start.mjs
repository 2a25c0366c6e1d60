import { enter } from './bootstrap.mjs';

await enter('cli/main.ts', ['demo', ...process.argv.slice(2)]);
