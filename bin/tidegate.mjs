#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enter } from './bootstrap.mjs';

const args = process.argv.slice(2);
// Packed (bin/bundle-cli.mjs), the command line has no sources beside it.
const isPacked = !existsSync(new URL('../cli/main.ts', import.meta.url));
// What is read of a large set lives as long as the run: a young generation that grows with it (to 96 MB) only takes memory.
await enter(
  isPacked ? 'dist/cli/main.mjs' : 'cli/main.ts',
  args,
  args[0] === 'apply' ? ['--max-semi-space-size=4'] : [],
);
