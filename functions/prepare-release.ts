import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { prepareRelease as prepare } from '../shared/release/prepare-release.ts';
import { lambdaOutside } from './outside.ts';
import { rolloutRef } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';

/** State `PrepareRelease`: a config commit, rendered for every target. */
export const prepareRelease = (all: Outside): Task =>
  rolloutTask(all, rolloutRef, async (input, { signal }, outside) => {
    // Git, and what reads config and manifests: 300 kB that a refused input does without.
    const { preparingTools } = await import('./tools/preparing.ts');
    return prepare(input, preparingTools(outside), outside, signal);
  });

/** What Lambda calls. */
export const handler = prepareRelease(lambdaOutside());
