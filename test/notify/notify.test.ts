import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { beat, notify } from '../../shared/notify/notify.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Http } from '../../shared/outside/http.ts';
import { Secret, SecretMissing } from '../../shared/secrets/secrets.ts';

const openPlace = (addresses: Readonly<Record<string, string>>, answer: () => number = () => 200) => {
  let now = 0;
  const clock = { ...processClock, now: () => now };
  const wait = (ms: number) => {
    now += ms;
  };
  const sent: { readonly url: string; readonly body: unknown }[] = [];
  const raw: { readonly headers: Readonly<Record<string, string>>; readonly body: string }[] = [];
  const logged: unknown[] = [];
  const http: Http = async (url, init) => {
    raw.push({ headers: init?.headers ?? {}, body: String(init?.body) });
    sent.push({ url: String(url), body: init?.body === undefined ? undefined : JSON.parse(String(init.body)) });
    return new Response(null, { status: answer() });
  };
  const outside = {
    clock,
    http,
    ledger: openSqliteLedger(':memory:', clock),
    secrets: {
      get: async (name: string) => {
        const address = addresses[name];
        if (address === undefined) throw new SecretMissing(name, 'the test');
        return new Secret(address);
      },
    },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (message: string, details?: unknown) => void logged.push({ message, details }),
    },
  };
  return { outside, sent, raw, logged, wait };
};
const both = { 'notify-slack': 'https://hooks.test/T0/secret', 'notify-webhook': 'https://pager.test/in\n' };

describe('people are told', () => {
  it('once of one thing, by every channel in its own words', async () => {
    const { outside, sent, wait } = openPlace(both);
    const message = { key: 'outage a', text: 'a is out', link: 'https://console.test' };
    expect([await notify(message, outside, 'everybody'), await notify(message, outside, 'everybody')]).toEqual([
      'told',
      'known',
    ]);
    expect(sent).toEqual([
      { url: 'https://hooks.test/T0/secret', body: { text: 'a is out\nhttps://console.test' } },
      { url: 'https://pager.test/in', body: message },
    ]);
    wait(24 * 3_600_000 + 1);
    expect(await notify(message, outside, 'everybody')).toBe('told');
  });

  it('by a webhook that can be known to be ours, and a repeat to be one, where there is a key', async () => {
    const key = `whsec_${Buffer.from('a key of 24 bytes or more').toString('base64')}`;
    const { outside, raw, wait } = openPlace({ ...both, 'notify-webhook-key': key }, () => 500);
    await notify({ key: 'k', text: 'x' }, outside, 'everybody');
    wait(60_001);
    await notify({ key: 'k', text: 'x' }, outside, 'everybody');
    const [slack, first, , again] = raw;
    expect(slack?.headers).toEqual({ 'content-type': 'application/json' });
    const {
      'webhook-id': id = '',
      'webhook-timestamp': time = '',
      'webhook-signature': signature,
    } = first?.headers ?? {};
    const signed = createHmac('sha256', 'a key of 24 bytes or more').update(`${id}.${time}.${first?.body}`);
    expect(signature).toBe(`v1,${signed.digest('base64')}`);
    expect([again?.headers['webhook-id'], again?.headers['webhook-timestamp']]).toEqual([id, '60']);
  });

  it('at most twenty times an hour, and that more is held back', async () => {
    const { outside, sent, wait } = openPlace({ 'notify-webhook': both['notify-webhook'] });
    const told = [];
    for (let each = 0; each < 22; each += 1)
      told.push(await notify({ key: `k${each}`, text: 'x' }, outside, 'everybody'));
    expect(told).toEqual([...Array(20).fill('told'), 'held-back', 'held-back']);
    expect(sent.at(-1)?.body).toMatchObject({ text: expect.stringContaining('more within this hour are held back') });
    wait(3_600_000);
    expect(await notify({ key: 'k99', text: 'x' }, outside, 'everybody')).toBe('told');
  });

  it('of each customer in an hour of their own, so that one who is told too much silences nobody', async () => {
    const { outside, sent } = openPlace({ ...both, 'notify-acme': 'https://acme.test/in' });
    const acme = { secret: 'notify-acme' };
    for (let each = 0; each < 21; each += 1) await notify({ key: `a${each}`, text: 'x' }, outside, acme);
    expect(new Set(sent.map(({ url }) => url))).toEqual(new Set(['https://acme.test/in']));
    expect(await notify({ key: 'a22', text: 'x' }, outside, acme)).toBe('held-back');
    expect(await notify({ key: 'fleet', text: 'x' }, outside, 'everybody')).toBe('told');
    expect(await notify({ key: 'mute', text: 'x' }, outside, 'nobody')).toBe('nobody');
    expect(await notify({ key: 'gone', text: 'x' }, outside, { secret: 'notify-gone' })).toBe('nobody');
  });

  it('again, when nobody took it, and without the address in the log', async () => {
    let status = 500;
    const { outside, sent, logged, wait } = openPlace(both, () => status);
    const message = { key: 'k', text: 'x' };
    await notify(message, outside, 'everybody');
    expect(JSON.stringify(logged)).not.toContain('secret');
    expect(logged).toHaveLength(2);
    wait(60_001);
    status = 200;
    expect(await notify(message, outside, 'everybody')).toBe('told');
    expect(sent).toHaveLength(4);
  });

  it('by nobody where there is no address', async () => {
    expect(await notify({ key: 'k', text: 'x' }, openPlace({}).outside, 'everybody')).toBe('nobody');
  });
});

it('a heart beats where it has an address', async () => {
  const { outside, sent } = openPlace({ heartbeat: 'https://alive.test/1' });
  expect(await beat(outside)).toBe(true);
  expect(sent).toEqual([{ url: 'https://alive.test/1', body: undefined }]);
  expect(await beat(openPlace({}).outside)).toBe(false);
  expect(await beat(openPlace({ heartbeat: 'https://alive.test/1' }, () => 404).outside)).toBe(false);
});
