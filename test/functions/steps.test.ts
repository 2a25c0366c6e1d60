import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type FunctionName, localFunctions } from '../../local/functions.ts';
import { keepAccess } from '../../shared/ledger/access.ts';
import { jsonLog } from '../../shared/outside/json-log.ts';
import { followingName } from '../../shared/rollout/own-rollout.ts';
import { openPlace } from '../intake/place.ts';

const place = await openPlace();
afterAll(place.close);
const privateTargets = { 'acme-prod': { roles: ['acme'], holders: [] } };
await keepAccess(place.outside.ledger, { actions: {}, privateTargets }, new Set(), 1);
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

/** Whatever a step is given; each takes of it what it knows. */
const everything = (rollout: string): object => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const ended = { status: 'failed', outcome: 'failed', because: 'x' };
  const given = {
    ...{ rollout, release: digest, wave: 'acme-prod', direction: 'forward', plan: digest, planned: digest },
    ...{ target: 'acme-prod', token: 'token', isApproved: true, repository: 'acme/config', commit: 'a'.repeat(40) },
    ...{ result: ended, cause: ended, ended },
  };
  return { ...given, deployment: given };
};

describe.each([
  ['for a private target', followingName('ro-0123456789abcdef0123', 'acme-prod')],
  ['of the fleet', 'ro-0123456789abcdef0123'],
])('a step of a rollout %s', (_, rollout) => {
  const planted = (): never => {
    throw Object.assign(new TypeError('acme-prod answers sesame'), { address: '10.9.8.7', target: 'acme-prod' });
  };
  const lines: string[] = [];
  const sink = { write: (line: string) => lines.push(line) };
  const { ledger, blobs, clock } = place.outside;
  const outside = {
    ...place.outside,
    log: jsonLog(sink, clock),
    http: async () => planted(),
    dial: planted,
    blobs: { ...blobs, get: async () => planted() },
    // The names of private targets are read before it can be said whether a text is about one.
    ledger: {
      ...ledger,
      get: async (key: Parameters<typeof ledger.get>[0]) => (key.partition === 'access' ? ledger.get(key) : planted()),
      query: async () => planted(),
      transact: async () => planted(),
    },
  };
  const failing = localFunctions(outside);

  it.each(steps)('says nothing of what it fails by: %s', async (name) => {
    lines.splice(0);
    const answer = await failing.invoke({
      functionArn: `arn:x:${name}`,
      payload: everything(rollout) as never,
      attemptId: '1',
    });
    const kept = /what was thrown is kept for the people of its target as (sha256:[0-9a-f]{64})/;
    expect(answer).toMatchObject({ ok: false, error: 'TypeError', cause: expect.stringMatching(kept) });
    expect(`${JSON.stringify(answer)}${lines.join('')}`).not.toMatch(/sesame|10\.9\.8\.7|acme-prod/);
    const [, digest = ''] = kept.exec(JSON.stringify(answer)) ?? [];
    const text = new TextDecoder().decode(await blobs.get(digest as `sha256:${string}`));
    expect(JSON.parse(text)).toEqual({ rollout, error: 'TypeError', because: 'acme-prod answers sesame' });
  });
});
