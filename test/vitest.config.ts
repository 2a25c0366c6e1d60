import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { sharing, sharingVirtualTime } from './shared-process.ts';

// Each file is a process, and many start others: what Node compiled for one it keeps for the next, as the command line does for itself.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

/**
 * What waits for the controllers of a real control plane begins first, then what is known to be long, then the journeys, without a break as a
 * process goes on with its own project alone: the rest fills the cores beside it.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]): ReturnType<BaseSequencer['sort']> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

/** The longest in their order, by the end of their paths. */
const longest = [
  'on-control-plane.test.ts',
  'render/jsonnet-build.test.ts',
  'cli/killed-apply.test.ts',
  'cli/apply.test.ts',
  'apply/corpus.test.ts',
  'engine/demo-rollout.test.ts',
  'deployed/deployed-rollout.test.ts',
  'journeys/determinism.test.ts',
  'apply/restarts/killed.test.ts',
  'journeys/real-target.test.ts',
  'packaging/stages.test.ts',
];
const placeOf = ({ moduleId, project }: TestSpecification): number => {
  const place = longest.findIndex((end) => moduleId.endsWith(end));
  if (place !== -1) return place;
  return project.name === 'virtual' ? longest.length : longest.length + 1;
};

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    sequence: { sequencer: LongestFirst },
    // One more than two cores: of three one waits for a server.
    maxWorkers: 3,
    pool: 'forks',
    // Tests that may run side by side in one file: they wait for controllers, not for a core.
    maxConcurrency: 10,
    // A bound on hanging, not a measure: journeys take seconds on an idle machine and minutes on a busy one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        // A process for each: virtual mode replaces the clock of all that is in it.
        test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...sharing, ...sharingVirtualTime] },
      },
      {
        extends: true,
        // Journeys that do nothing else to their process: the second in it takes half as long as the first.
        test: {
          name: 'virtual',
          include: [...sharingVirtualTime],
          isolate: false,
          setupFiles: ['test/journeys/begin-again.ts'],
        },
      },
      { extends: true, test: { name: 'together', include: [...sharing], isolate: false } },
    ],
  },
});
