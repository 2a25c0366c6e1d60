import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { beat, notify } from '../../shared/notify/notify.ts';
import { sendWaiting } from '../../shared/notify/outbox.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Http } from '../../shared/outside/http.ts';
import { Secret, SecretMissing } from '../../shared/secrets/secrets.ts';

const openPlace = (addresses: Readonly<Record<string, string>>, answer: (host: string) => number = () => 200) => {
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
    return new Response(null, { status: answer(new URL(url).host) });
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
    expect(await notify({ key: 'k', text: 'x' }, outside, 'everybody')).toBe('later');
    wait(60_000);
    await sendWaiting(outside);
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

  it('again by the channels that did not take it, after ever longer pauses, and without the address in the log', async () => {
    const status: Record<string, number> = { 'hooks.test': 200, 'pager.test': 500 };
    const { outside, sent, logged, wait } = openPlace(both, (host) => status[host] ?? 0);
    const message = { key: 'k', text: 'x' };
    expect(await notify(message, outside, 'everybody')).toBe('later');
    expect(JSON.stringify(logged)).not.toContain('secret');
    expect(logged).toHaveLength(1);
    // Whoever sees the same again tells nobody twice.
    expect(await notify(message, outside, 'everybody')).toBe('known');
    const minutes: number[] = [];
    for (let minute = 1; minute <= 40; minute += 1) {
      wait(60_000);
      if (minute === 31) status['pager.test'] = 200;
      const before = sent.length;
      await sendWaiting(outside);
      if (sent.length > before) minutes.push(minute);
    }
    expect(minutes).toEqual([1, 5, 13, 29]);
    expect(new Set(sent.slice(2).map(({ url }) => url))).toEqual(new Set(['https://pager.test/in']));
    wait(60 * 60_000);
    await sendWaiting(outside);
    const count = sent.length;
    wait(60 * 60_000);
    await sendWaiting(outside);
    expect(sent).toHaveLength(count);
  });

  it('again of many things side by side, so that a channel that does not answer holds nobody up for each of them', async () => {
    let isDown = true;
    const { outside, wait } = openPlace({ 'notify-webhook': both['notify-webhook'] }, () => (isDown ? 500 : 200));
    for (let each = 0; each < 5; each += 1) await notify({ key: `k${each}`, text: 'x' }, outside, 'everybody');
    isDown = false;
    wait(60_000);
    const asked: string[] = [];
    const slow: Http = async (url, init) => {
      asked.push(String(url));
      // Nobody is answered before all have asked.
      while (asked.length < 5) await new Promise((resolve) => setImmediate(resolve));
      return outside.http(url, init);
    };
    await sendWaiting({ ...outside, http: slow });
    expect(asked).toHaveLength(5);
  });

  it('by who comes after one that died before anything was sent, and by one alone', async () => {
    const { outside, sent, wait } = openPlace({ 'notify-webhook': both['notify-webhook'] });
    const { ledger: whole } = outside;
    const ledger: Ledger = {
      get: async (key) => {
        if (key.partition === 'notify-outbox') throw new Error('killed');
        return whole.get(key);
      },
      put: (write) => whole.put(write),
      transact: (changes) => whole.transact(changes),
      query: (partition, range) => whole.query(partition, range),
      remove: (key) => whole.remove(key),
    };
    expect(await notify({ key: 'k', text: 'x' }, { ...outside, ledger }, 'everybody')).toBe('later');
    expect(sent).toEqual([]);
    await sendWaiting(outside);
    expect(sent).toEqual([]);
    wait(60_000);
    await Promise.all([sendWaiting(outside), sendWaiting(outside)]);
    expect(sent).toEqual([{ url: 'https://pager.test/in', body: { key: 'k', text: 'x' } }]);
  });

  it('when the secrets can be read again, and no step is ended by that', async () => {
    const { outside, sent, wait } = openPlace({ 'notify-webhook': both['notify-webhook'] });
    const throttled = { get: () => Promise.reject(new Error('ThrottlingException')) };
    expect(await notify({ key: 'k', text: 'x' }, { ...outside, secrets: throttled }, 'everybody')).toBe('later');
    wait(60_000);
    await sendWaiting(outside);
    expect(sent).toEqual([{ url: 'https://pager.test/in', body: { key: 'k', text: 'x' } }]);
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
