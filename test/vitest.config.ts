import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Each file is a process, and many start others: what Node compiled for one it keeps for the next, as the command line does for itself.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    // Each file is a process of its own because virtual mode replaces the global clock. One more than two cores: of three one waits for a server.
    pool: 'forks',
    maxWorkers: 3,
    // Tests that may run side by side in one file: they wait for controllers, not for a core.
    maxConcurrency: 10,
    // A bound on hanging, not a measure: journeys take seconds on an idle machine and minutes on a busy one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
