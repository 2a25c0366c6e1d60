import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type FunctionName, localFunctions } from '../../local/functions.ts';
import { followingName } from '../../shared/rollout/own-rollout.ts';
import { openPlace } from '../intake/place.ts';

const place = await openPlace();
afterAll(place.close);
const { call } = localFunctions(place.outside);
const root = join(import.meta.dirname, '..', '..');

/** The functions that state machines call, each with the rollout that it is a step of. */
const steps = globSync('statemachines/*.yml', { cwd: root })
  .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/Fn::GetAtt: \[(\w+), Arn\]/g)])
  .map(([, name = '']) => name as FunctionName)
  .toSorted();

describe('a step of a rollout for a private target', () => {
  const rollout = followingName('ro-0123456789abcdef0123', 'acme-prod');

  it.each(steps)('does not say what it could not do: %s', async (name) => {
    const thrown = await call(name, { rollout, deployment: { rollout } }).catch((error: Error) => error);
    expect(thrown).toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(/^what was thrown is kept for the people of its target as sha256:[0-9a-f]{64}$/),
    });
  });
});
