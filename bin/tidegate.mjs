#!/usr/bin/env node
import { enter } from './bootstrap.mjs';

enter('cli/main.ts', process.argv.slice(2));
