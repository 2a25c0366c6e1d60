#!/usr/bin/env node
import { enter } from './bootstrap.mjs';

await enter('cli/main.ts', process.argv.slice(2));
