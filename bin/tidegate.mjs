#!/usr/bin/env node
import { enter } from './bootstrap.mjs';

const args = process.argv.slice(2);
// What is read of a large set lives as long as the run: a young generation that grows with it (to 96 MB) only takes memory.
await enter('cli/main.ts', args, args[0] === 'apply' ? ['--max-semi-space-size=4'] : []);
