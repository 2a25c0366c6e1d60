import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rolloutTask } from '../../functions/tools/rollout-task.ts';
import { type Blobs, type Digest, ownedBlobs } from '../../shared/blobs/blobs.ts';
import { getJson, putJson } from '../../shared/blobs/json.ts';
import { keepAccess } from '../../shared/ledger/access.ts';
import type { LogFields } from '../../shared/outside/log.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { InvalidInput } from '../../shared/rollout/failures.ts';
import { followingName, ownerMark } from '../../shared/rollout/own-rollout.ts';
import { openPlace } from '../intake/place.ts';

const place = await openPlace();
afterAll(place.close);
const fleets = 'ro-0123456789abcdef0123';
const own = followingName(fleets, 'acme-prod');
const mark = ownerMark('acme-prod');
const holders = { roles: ['acme'], holders: [] };
const privateTargets = { 'acme-prod': holders, 'zeta-prod': holders };
await keepAccess(place.outside.ledger, { actions: {}, privateTargets }, new Set(), 1);

type Line = readonly [level: string, message: string, fields?: LogFields];
const lines: Line[] = [];
/** Whose each blob was put as. */
const owners = new Map<string, string | undefined>();
beforeEach(() => {
  lines.splice(0);
  owners.clear();
});
const at = (level: string) => (message: string, fields?: LogFields) =>
  void lines.push(fields === undefined ? [level, message] : [level, message, fields]);
const blobs: Blobs = {
  get: (digest) => place.outside.blobs.get(digest),
  put: async (content, owner) => {
    const digest = await place.outside.blobs.put(content);
    owners.set(digest, owner);
    return digest;
  },
};
const outside: Outside = {
  ...place.outside,
  blobs,
  log: { info: at('info'), warn: at('warn'), error: at('error') },
};
const lambda = { getRemainingTimeInMillis: () => 60_000 };
const input = z.object({ rollout: z.string(), because: z.optional(z.string()) });

/** What Lambda writes to the log of the function, and hands to X-Ray, of what was thrown. */
const written = (error: unknown): unknown =>
  error instanceof Error ? { ...error, name: error.name, message: error.message, stack: error.stack } : error;
const thrownBy = async (rollout: string, error: unknown, all = outside): Promise<unknown> => {
  const step = rolloutTask(all, input, async () => {
    throw error;
  });
  return step({ rollout }, lambda).then(() => 'nothing', written);
};
const digestIn = (text: string): Digest => (/sha256:[0-9a-f]{64}/.exec(text)?.[0] ?? '') as Digest;

/** With all that an error may carry. */
const telling = Object.assign(new Error('10.1.2.3 refused to connect', { cause: new Error('secret-of-acme') }), {
  name: 'ClusterUnreachable',
  endpoint: 'https://10.1.2.3',
});

describe('a step of a rollout for a private target alone', () => {
  it('throws the name by which it is retried, and where its people find the text', async () => {
    const thrown = (await thrownBy(own, telling)) as { readonly message: string };
    const digest = digestIn(thrown.message);
    const message = `what was thrown is kept for the people of its target as ${digest}`;
    expect(thrown).toEqual({ name: 'ClusterUnreachable', message, stack: `ClusterUnreachable: ${message}` });
    expect(await getJson(outside.blobs, digest)).toEqual({
      rollout: own,
      error: 'ClusterUnreachable',
      because: '10.1.2.3 refused to connect',
    });
    expect(owners.get(digest)).toBe(mark);
  });

  it('throws the same sentence for the same failure, however often it is tried', async () => {
    expect(await thrownBy(own, telling)).toEqual(await thrownBy(own, telling));
  });

  it.each<[string, unknown, string]>([
    ['a text', 'acme is down', 'Error'],
    ['nothing', undefined, 'Error'],
    ['an error whose name says more', Object.assign(new Error('x'), { name: 'acme is down' }), 'Error'],
    [
      'an error of AWS that passes by itself',
      Object.assign(new Error('x'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } }),
      'Throttled',
    ],
  ])('throws an error of which nothing is told where it threw %s', async (_, error, name) => {
    expect(await thrownBy(own, error)).toMatchObject({ name, message: expect.stringMatching(/ as sha256:\w{64}$/) });
  });

  it.each(['acme', 17])('says of an input that is refused no more than of another failure: %s', async (because) => {
    const step = rolloutTask(
      outside,
      z.strictObject({ rollout: z.string(), plan: z.literal('sealed-plan') }),
      async () => 'done',
    );
    const thrown = await step({ rollout: own, plan: because }, lambda).catch(written);
    expect(thrown).toMatchObject({ name: 'InvalidInput', message: expect.stringMatching(/ as sha256:\w{64}$/) });
    expect(JSON.stringify(thrown)).not.toContain('sealed-plan');
  });

  it('goes by the rollout that a deployment in its input names', async () => {
    const schema = z.object({ deployment: z.object({ rollout: z.string() }) });
    const step = rolloutTask(outside, schema, () => Promise.reject(telling));
    const thrown = await step({ deployment: { rollout: own } }, lambda).catch(written);
    expect(JSON.stringify(thrown)).not.toContain('10.1.2.3');
  });

  it('throws no text where it can not be kept, and says so', async () => {
    const put = () => Promise.reject(Object.assign(new Error('acme-bucket is full'), { name: 'Throttled' }));
    const message = 'what was thrown could not be kept (Throttled), and is not said here';
    expect(await thrownBy(own, telling, { ...outside, blobs: { ...blobs, put } })).toEqual({
      name: 'ClusterUnreachable',
      message,
      stack: `ClusterUnreachable: ${message}`,
    });
    expect(lines).toEqual([['error', 'what a step said could not be kept', { rollout: own, error: 'Throttled' }]]);
  });

  it('logs level, message and rollout, and keeps what else there is as one blob, with the trace of what it threw', async () => {
    const step = rolloutTask(outside, input, async (_, __, { log }) => {
      log.warn('prober of a region could not be called', { wave: 'acme-prod', tries: 2 });
      log.info('done');
      throw telling;
    });
    await step({ rollout: own }, lambda).catch(() => undefined);
    const kept = String(lines[2]?.[2]?.kept);
    expect(lines).toEqual([
      ['warn', 'prober of a region could not be called', { rollout: own }],
      ['info', 'done', { rollout: own }],
      ['info', 'what a step said is kept for the people of its target', { rollout: own, kept }],
    ]);
    expect(owners.get(kept)).toBe(mark);
    expect(await getJson(outside.blobs, kept as Digest)).toEqual({
      rollout: own,
      lines: [
        { level: 'warn', message: 'prober of a region could not be called', wave: 'acme-prod', tries: 2 },
        { level: 'info', message: 'done' },
        {
          ...{ level: 'error', message: 'thrown', error: 'ClusterUnreachable', because: '10.1.2.3 refused to connect' },
          trace: telling.stack,
        },
      ],
    });
  });

  it('keeps nothing where nothing was said', async () => {
    expect(await rolloutTask(outside, input, async () => 'done')({ rollout: own }, lambda)).toBe('done');
    expect([lines, [...owners]]).toEqual([[], []]);
  });
});

describe('what a step before could not say', () => {
  const heard = (rollout: string, because: string): Promise<unknown> =>
    rolloutTask(outside, input, async (given) => given.because)({ rollout, because }, lambda);
  const sealedIn = async (rollout: string): Promise<string> =>
    ((await thrownBy(rollout, telling)) as { readonly message: string }).message;

  it('is heard as it was by the step that goes on from there', async () => {
    expect(await heard(own, `ClusterUnreachable: ${await sealedIn(own)}`)).toBe(
      'ClusterUnreachable: 10.1.2.3 refused to connect',
    );
  });

  it('is not heard in another rollout, whoever had the sentence written there', async () => {
    const sentence = await sealedIn(own);
    for (const rollout of [fleets, followingName(fleets, 'zeta-prod')])
      expect(await heard(rollout, sentence)).toBe(sentence);
  });

  it('is not read out of a blob that is none of its kind', async () => {
    const digest = await putJson(ownedBlobs(blobs, mark), { rollout: own, manifests: 'x' });
    const sentence = `what was thrown is kept for the people of its target as ${digest}`;
    expect(await heard(own, sentence)).toBe(sentence);
  });

  it('stays where it is when it is not stored any more', async () => {
    const sentence = `what was thrown is kept for the people of its target as sha256:${'0'.repeat(64)}`;
    expect(await heard(own, sentence)).toBe(sentence);
  });

  it('is asked for again where the blobs are away for now', async () => {
    const sentence = await sealedIn(own);
    const get = () =>
      Promise.reject(Object.assign(new Error('x'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } }));
    const step = rolloutTask({ ...outside, blobs: { ...blobs, get } }, input, async () => 'done');
    await expect(step({ rollout: own, because: sentence }, lambda)).rejects.toMatchObject({ name: 'Throttled' });
  });
});

describe('a step of a rollout of the fleet', () => {
  it('throws and logs what it has to say', async () => {
    expect(await thrownBy(fleets, new InvalidInput('wave staging: no plan'))).toMatchObject({
      name: 'InvalidInput',
      message: 'wave staging: no plan',
    });
    const step = rolloutTask(outside, input, async (_, __, { log }) => log.warn('slow', { wave: 'staging' }));
    await step({ rollout: fleets }, lambda);
    expect(lines).toEqual([['warn', 'slow', { wave: 'staging' }]]);
  });

  it.each([
    ['a private target', 'acme-prod: its account is not ours', mark],
    ['several private targets, as nobody’s own', 'acme-prod and zeta-prod: no account', undefined],
  ])('keeps what names %s', async (_, because, owner) => {
    const thrown = (await thrownBy(fleets, new Error(because))) as { readonly message: string };
    const digest = digestIn(thrown.message);
    expect(thrown.message).toBe(`what was thrown is kept for the people of its target as ${digest}`);
    expect(await getJson(outside.blobs, digest)).toEqual({ rollout: fleets, error: 'Error', because });
    expect(owners.get(digest)).toBe(owner);
  });
});
