import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { task } from '../../shared/lambda/task.ts';
import { keepAccess } from '../../shared/ledger/access.ts';
import type { LogFields } from '../../shared/outside/log.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { followingName } from '../../shared/rollout/own-rollout.ts';
import { openPlace } from '../intake/place.ts';

const place = await openPlace();
afterAll(place.close);
const privateTargets = { 'acme-prod': { roles: ['acme'], holders: [] } };
await keepAccess(place.outside.ledger, { actions: {}, privateTargets }, new Set(), 1);

const lines: (readonly [string, string, LogFields | undefined])[] = [];
beforeEach(() => void lines.splice(0));
const at = (level: string) => (message: string, fields?: LogFields) => void lines.push([level, message, fields]);
const outside: Outside = { ...place.outside, log: { info: at('info'), warn: at('warn'), error: at('error') } };
const away: Outside = {
  ...outside,
  ledger: { ...outside.ledger, get: () => Promise.reject(new Error('acme-prod is in a table that is away')) },
};
const lambda = { getRemainingTimeInMillis: () => 60_000 };
const own = followingName('ro-0123456789abcdef0123', 'acme-prod');

const said = async (fields: LogFields, all = outside): Promise<LogFields | undefined> => {
  await task(all, z.unknown(), async (_, __, { log }) => log.error('people could not be told', fields))({}, lambda);
  return lines[0]?.[2];
};
const thrown = (error: Error, all = outside): Promise<unknown> =>
  task(all, z.unknown(), () => Promise.reject(error))({}, lambda).catch((caught: Error) => ({
    ...caught,
    name: caught.name,
    message: caught.message,
    stack: caught.stack,
  }));

describe('a function that is of no one rollout', () => {
  it.each<[string, LogFields, LogFields]>([
    ['is said, of the fleet', { key: 'outage eks-a', error: 'Throttled' }, { key: 'outage eks-a', error: 'Throttled' }],
    [
      'is left out, beside a private target’s name',
      { key: 'outage acme-prod', error: 'Throttled', status: 5 },
      { status: 5, about: 'a private target' },
    ],
    [
      'is left out, beside the name of its rollout',
      { stopped: `${own}, wave x`, firing: 1 },
      { firing: 1, about: 'a private target' },
    ],
    ['is said, of one whose name only begins alike', { key: 'outage acme-prod2' }, { key: 'outage acme-prod2' }],
  ])('logs what %s', async (_, fields, expected) => {
    expect(await said(fields)).toEqual(expected);
  });

  it('logs no texts where it can not be told whose they are', async () => {
    expect(await said({ key: 'outage eks-a', status: 5 }, away)).toEqual({ status: 5, about: 'nobody knows' });
  });

  it('throws what speaks of no private target as it is', async () => {
    const error = new Error('eks-a: away');
    expect(await thrown(error)).toMatchObject({ message: 'eks-a: away', stack: error.stack });
  });

  it.each([
    ['in its message', new TypeError('acme-prod: 10.1.2.3 is away')],
    ['in a field', Object.assign(new TypeError('away'), { request: { target: 'acme-prod' } })],
    ['as the name of a field', Object.assign(new TypeError('away'), { lost: { 'acme-prod': 2 } })],
    ['in its cause', new TypeError('away', { cause: new Error('twice', { cause: new Error('acme-prod: away') }) })],
    ['by its rollout', new TypeError(`${own}: away`)],
  ])('throws the name alone of what names one %s', async (_, error) => {
    const message = 'what was thrown is about a private target, and is not said here';
    expect(await thrown(error)).toEqual({ name: 'TypeError', message, stack: `TypeError: ${message}` });
  });

  it('throws the name alone where it can not be told whose the text is', async () => {
    expect(await thrown(new TypeError('x'), away)).toMatchObject({
      name: 'TypeError',
      message: 'what was thrown may be about a private target, and is not said here',
    });
  });
});
