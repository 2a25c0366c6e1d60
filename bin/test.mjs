import { enter } from './bootstrap.mjs';

await enter('node_modules/vitest/vitest.mjs', ['run', '--config', 'test/vitest.config.ts', ...process.argv.slice(2)]);
