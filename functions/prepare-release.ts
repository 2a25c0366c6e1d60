import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { prepareRelease as prepare } from '../shared/release/prepare-release.ts';
import { lambdaOutside } from './outside.ts';
import { rolloutRef } from './tools/inputs.ts';

/** State `PrepareRelease`: a config commit, rendered for every target. */
export const prepareRelease = (outside: Outside): Task =>
  task(outside, rolloutRef, async (input, { signal }) => {
    // Git, and what reads config and manifests: 300 kB that a refused input does without.
    const { preparingTools } = await import('./tools/preparing.ts');
    return prepare(input, preparingTools(outside), outside, signal);
  });

/** What Lambda calls. */
export const handler = prepareRelease(lambdaOutside());
