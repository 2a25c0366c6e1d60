import { time } from './rehearsal.ts';

// Before each file of the project `virtual` (test/vitest.config.ts), which have a process together: every story begins at the same moment.
time.begin();
