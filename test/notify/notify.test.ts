import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import type { Message } from '../../shared/notify/channels.ts';
import { beat, noticeRows, notify } from '../../shared/notify/notify.ts';
import { outboxPartition, sendDue, sendWaiting } from '../../shared/notify/outbox.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Http } from '../../shared/outside/http.ts';
import type { Audience } from '../../shared/rollout/audience.ts';
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
  /** Keeps what is to be told, and sends what is due, as whoever comes first does. */
  const tell = async (message: Message, audience: Audience = 'everybody') => {
    await notify(message, outside, audience);
    await sendWaiting(outside);
  };
  const left = async () => (await outside.ledger.query(outboxPartition)).map(({ sort }) => sort);
  return { outside, sent, raw, logged, wait, tell, left };
};
const both = { 'notify-slack': 'https://hooks.test/T0/secret', 'notify-webhook': 'https://pager.test/in\n' };

describe('people are told', () => {
  it('once of one thing, by every channel in its own words', async () => {
    const { tell, sent, wait, left } = openPlace(both);
    const message = { key: 'outage a', text: 'a is out', link: 'https://console.test' };
    await tell(message);
    await tell(message);
    expect(sent).toEqual([
      { url: 'https://hooks.test/T0/secret', body: { text: 'a is out\nhttps://console.test' } },
      { url: 'https://pager.test/in', body: message },
    ]);
    expect(await left()).toEqual([]);
    wait(24 * 3_600_000 + 1);
    await tell(message);
    expect(sent).toHaveLength(4);
  });

  it('by a webhook that can be known to be ours, and a repeat to be one, where there is a key', async () => {
    const key = `whsec_${Buffer.from('a key of 24 bytes or more').toString('base64')}`;
    const { tell, outside, raw, wait } = openPlace({ ...both, 'notify-webhook-key': key }, () => 500);
    await tell({ key: 'k', text: 'x' });
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
    const { tell, sent, wait } = openPlace({ 'notify-webhook': both['notify-webhook'] });
    for (let each = 0; each < 22; each += 1) await tell({ key: `k${each}`, text: 'x' });
    expect(sent).toHaveLength(20);
    expect(sent.at(-1)?.body).toMatchObject({ text: expect.stringContaining('more within this hour are held back') });
    wait(3_600_000);
    await tell({ key: 'k99', text: 'x' });
    expect(sent.at(-1)?.body).toEqual({ key: 'k99', text: 'x' });
  });

  it('of each customer in an hour of their own, so that one who is told too much silences nobody', async () => {
    const { tell, sent, left } = openPlace({ ...both, 'notify-acme': 'https://acme.test/in' });
    const acme = { secret: 'notify-acme' };
    for (let each = 0; each < 21; each += 1) await tell({ key: `a${each}`, text: 'x' }, acme);
    expect(sent.map(({ url }) => url)).toEqual(Array(20).fill('https://acme.test/in'));
    await tell({ key: 'fleet', text: 'x' });
    expect(sent.slice(20).map(({ url }) => url)).toEqual([both['notify-slack'], both['notify-webhook'].trim()]);
    await tell({ key: 'mute', text: 'x' }, 'nobody');
    await tell({ key: 'gone', text: 'x' }, { secret: 'notify-gone' });
    expect([sent.length, await left()]).toEqual([22, []]);
  });

  it('again by the channels that did not take it, after ever longer pauses, and without the address in the log', async () => {
    const status: Record<string, number> = { 'hooks.test': 200, 'pager.test': 500 };
    const { tell, outside, sent, logged, wait } = openPlace(both, (host) => status[host] ?? 0);
    const message = { key: 'k', text: 'x' };
    await tell(message);
    expect(JSON.stringify(logged)).not.toContain('secret');
    expect(logged).toHaveLength(1);
    // Whoever sees the same again tells nobody twice.
    await tell(message);
    expect(sent).toHaveLength(2);
    const minutes: number[] = [];
    for (let minute = 1; minute <= 40; minute += 1) {
      wait(60_000);
      if (minute === 31) status['pager.test'] = 200;
      const before = sent.length;
      await sendWaiting(outside);
      if (sent.length > before) minutes.push(minute);
    }
    expect(minutes).toEqual([1, 3, 7, 15, 31]);
    expect(new Set(sent.slice(2).map(({ url }) => url))).toEqual(new Set(['https://pager.test/in']));
    wait(120 * 60_000);
    await sendWaiting(outside);
    expect(sent).toHaveLength(7);
  });

  it('again of many things side by side, so that a channel that does not answer holds nobody up for each of them', async () => {
    const { outside } = openPlace({ 'notify-webhook': both['notify-webhook'] });
    for (let each = 0; each < 5; each += 1) await notify({ key: `k${each}`, text: 'x' }, outside, 'everybody');
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

  it('by one alone of those who look at the same moment, and by the next look where that one dies', async () => {
    const { outside, sent, wait, left } = openPlace({ 'notify-webhook': both['notify-webhook'] });
    await notify({ key: 'k', text: 'x' }, outside, 'everybody');
    const dies: Http = () => new Promise(() => undefined);
    const dying = sendWaiting({ ...outside, http: dies });
    await Promise.race([dying, new Promise((resolve) => setImmediate(resolve))]);
    await Promise.all([sendWaiting(outside), sendDue('k', outside)]);
    expect([sent, await left()]).toEqual([[], ['k']]);
    wait(60_000);
    await Promise.all([sendWaiting(outside), sendWaiting(outside), sendDue('k', outside)]);
    expect([sent, await left()]).toEqual([[{ url: 'https://pager.test/in', body: { key: 'k', text: 'x' } }], []]);
  });

  it('a minute late of what code without a stream has written, which sends by itself', async () => {
    const { outside, sent, wait } = openPlace({ 'notify-webhook': both['notify-webhook'] });
    const data = { message: { key: 'k', text: 'x' }, audience: 'everybody', at: 0, tries: 0, nextAt: 60_000 };
    await outside.ledger.put({ partition: outboxPartition, sort: 'k', data, expect: 'absent' });
    await sendDue('k', outside);
    expect(sent).toEqual([]);
    wait(60_000);
    await sendWaiting(outside);
    expect(sent).toHaveLength(1);
  });

  it('when the secrets can be read again, and whoever sends is not ended by that', async () => {
    const { outside, sent, wait } = openPlace({ 'notify-webhook': both['notify-webhook'] });
    const throttled = { get: () => Promise.reject(new Error('ThrottlingException')) };
    await notify({ key: 'k', text: 'x' }, outside, 'everybody');
    await sendWaiting({ ...outside, secrets: throttled });
    wait(60_000);
    await sendWaiting(outside);
    expect(sent).toEqual([{ url: 'https://pager.test/in', body: { key: 'k', text: 'x' } }]);
  });

  it('in the write of what they are told of, or not at all', async () => {
    const { outside, sent } = openPlace({ 'notify-webhook': both['notify-webhook'] });
    const { ledger } = outside;
    const fact = { partition: 'p', sort: 'fact', data: {}, expect: 'absent' } as const;
    const rows = await noticeRows({ key: 'k', text: 'x' }, outside, 'everybody');
    await ledger.put(fact);
    expect(await ledger.transact([fact, ...rows])).toBe(false);
    await sendWaiting(outside);
    expect(sent).toEqual([]);
    expect(await ledger.transact([{ ...fact, expect: 1 }, ...rows])).toBe(true);
    await sendWaiting(outside);
    expect(sent).toHaveLength(1);
    expect(await noticeRows({ key: 'k', text: 'x' }, outside, 'everybody')).toEqual([]);
  });
});

it('what is due is sent behind a thousand that are not', async () => {
  const { outside, sent } = openPlace({ 'notify-webhook': both['notify-webhook'] });
  const waiting = { audience: 'everybody', at: 0, tries: 9, nextAt: 3_600_000 };
  for (let number = 0; number < 1_100; number += 1) {
    const message = { key: `a ${number}`, text: 'x' };
    const row = { partition: outboxPartition, sort: message.key, data: { ...waiting, message } };
    await outside.ledger.put({ ...row, expect: 'absent' });
  }
  await notify({ key: 'z', text: 'new' }, outside, 'everybody');
  await sendWaiting(outside);
  expect(sent.map(({ body }) => body)).toEqual([{ key: 'z', text: 'new' }]);
});

it('a heart beats where it has an address', async () => {
  const { outside, sent } = openPlace({ heartbeat: 'https://alive.test/1' });
  expect(await beat(outside)).toBe(true);
  expect(sent).toEqual([{ url: 'https://alive.test/1', body: undefined }]);
  expect(await beat(openPlace({}).outside)).toBe(false);
  expect(await beat(openPlace({ heartbeat: 'https://alive.test/1' }, () => 404).outside)).toBe(false);
});
