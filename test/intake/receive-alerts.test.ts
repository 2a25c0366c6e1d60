import { createHmac } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import type { TakenAlerts } from '../../shared/alerts/take-alerts.ts';
import { readAlertEvent } from '../../shared/intake/alert-event.ts';
import { receiveAlerts } from '../../shared/intake/receive-alerts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { AlertReport } from '../../shared/rollout/alerts.ts';
import { Secret, SecretMissing } from '../../shared/secrets/secrets.ts';

const now = Date.parse('2026-03-02T09:00:00Z');
const [live, next] = ['first-secret-of-senders', 'second-secret-of-senders'];
const event = { alert: 'Slow', status: 'firing', target: 'a' };
const basic = (password: string) => `Basic ${Buffer.from(`tidegate:${password}`).toString('base64')}`;

/** An instance whose secret is this, and what was handed on by it. */
const openPlace = (secret: string | undefined = `${live}\n${next}\n`, unplaced: readonly string[] = []) => {
  const clock = { ...processClock, now: () => now };
  const taken: (readonly AlertReport[])[] = [];
  const logged: string[] = [];
  const outside = {
    ledger: openSqliteLedger(':memory:', clock),
    clock,
    secrets: {
      get: async (name: string) => {
        if (name !== 'alerts' || secret === undefined) throw new SecretMissing(name, 'a test');
        return new Secret(secret);
      },
    },
    log: {
      info: (message: string, fields?: object) => void logged.push(JSON.stringify([message, fields])),
      warn: () => undefined,
      error: () => undefined,
    },
  };
  const take = async (reports: readonly AlertReport[]): Promise<TakenAlerts> => {
    taken.push(reports);
    return { firing: reports.length, resolved: 0, held: [], stopped: [], unplaced, unplacedInAll: unplaced.length };
  };
  const send = (headers: Readonly<Record<string, string>>, body: string | Uint8Array = JSON.stringify(event)) =>
    receiveAlerts(
      outside,
      { headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(body) },
      take,
    );
  return { send, taken, logged };
};
const sign = (body: string, { secret = live, at = now }: { readonly secret?: string; readonly at?: number } = {}) => {
  const timestamp = String(Math.round(at / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}:${body}`).digest('hex');
  return { 'X-Tidegate-Timestamp': timestamp, 'X-Tidegate-Signature': signature };
};
const body = JSON.stringify(event);
const flipped = (headers: ReturnType<typeof sign>) => {
  const { 'X-Tidegate-Signature': signature } = headers;
  return { ...headers, 'X-Tidegate-Signature': (signature.startsWith('0') ? '1' : '0') + signature.slice(1) };
};

describe('a sender', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['sends the secret as bearer token', { authorization: `Bearer ${live}` }],
    ['sends the one that is coming', { Authorization: `bearer ${next}` }],
    ['sends it as a password, whoever it says it is', { authorization: basic(next) }],
    ['signs with it', sign(body)],
    [
      'signs as GitHub writes it',
      { ...sign(body), 'X-Tidegate-Signature': `sha256=${sign(body)['X-Tidegate-Signature']}` },
    ],
    ['signs with a clock that is five minutes behind', sign(body, { at: now - 300_000 })],
  ])('is let in that %s', async (_, headers) => {
    expect(await openPlace().send(headers)).toMatchObject({ outcome: 'taken' });
  });

  test.each<[string, Readonly<Record<string, string>>, string | undefined, string]>([
    ['has nothing', {}, live, 'neither Authorization nor X-Tidegate-Signature'],
    ['has another token', { authorization: 'Bearer guess' }, live, 'Authorization is not secret alerts'],
    ['has an empty token', { authorization: 'Bearer ' }, live, 'Authorization is not secret alerts'],
    ['has another password', { authorization: basic('guess') }, live, 'Authorization is not secret alerts'],
    ['has a signature of another secret', sign(body, { secret: 'guess' }), live, 'is not the HMAC-SHA256'],
    ['has a signature with another digit', flipped(sign(body)), live, 'is not the HMAC-SHA256'],
    ['has a signature of another body', sign('{}'), live, 'is not the HMAC-SHA256'],
    ['has a signature without a time', { 'X-Tidegate-Signature': 'f' }, live, 'is not a time in seconds'],
    ['has a signature of six minutes ago', sign(body, { at: now - 360_000 }), live, 'it was signed 360 s from now'],
    ['has a signature of the future', sign(body, { at: now + 360_000 }), live, 'it was signed 360 s from now'],
    ['finds no secret here', { authorization: `Bearer ${live}` }, undefined, 'there is no secret alerts here'],
    ['finds an empty one', { authorization: 'Bearer ' }, '\n', 'there is no secret alerts here'],
  ])('is refused that %s', async (_, headers, secret, message) => {
    const place = openPlace(secret ?? '');
    const answer = await place.send(headers);
    expect(answer).toMatchObject({ outcome: 'refused', status: 401, message: expect.stringContaining(message) });
    expect(place.taken).toEqual([]);
    expect(JSON.stringify([answer, place.logged])).not.toMatch(/secret-of-senders/);
  });

  it('that repeats what it signed is answered the same, and nothing is done again', async () => {
    const place = openPlace();
    const headers = sign(body);
    const first = await place.send(headers);
    expect(await place.send(headers)).toEqual({ ...first, repeated: true });
    expect(place.taken).toHaveLength(1);
    // A bearer token is nobody's to repeat: the same bytes are the same alert told of again.
    await place.send({ authorization: `Bearer ${live}` });
    await place.send({ authorization: `Bearer ${live}` });
    expect(place.taken).toHaveLength(3);
  });

  it('learns what is about nothing known, and that the rest was taken', async () => {
    expect(
      await openPlace(live, ['alert "x": there is no target "y"']).send({ authorization: `Bearer ${live}` }),
    ).toEqual({
      outcome: 'refused',
      status: 422,
      code: 'ALERT_UNPLACED',
      message:
        'alert "x": there is no target "y"; give alerts a label target, or say in alerts of the config what their labels mean',
      firing: 1,
      resolved: 0,
      held: [],
      stopped: [],
      unplaced: ['alert "x": there is no target "y"'],
      unplacedInAll: 1,
      repeated: false,
    });
  });

  test.each<[string, string | Uint8Array, number, string]>([
    ['too many bytes', Buffer.alloc(4 * 1024 * 1024 + 1), 413, 'BODY_TOO_LARGE'],
    ['no JSON', '{', 400, 'EVENT_MALFORMED'],
    ['bytes that are no text', Buffer.from([0xff]), 400, 'EVENT_MALFORMED'],
    ['nothing', '', 400, 'EVENT_MALFORMED'],
    ['a list', '[]', 422, 'EVENT_MALFORMED'],
    ['another status', JSON.stringify({ ...event, status: 'ok' }), 422, 'EVENT_MALFORMED'],
    ['an unknown member', JSON.stringify({ ...event, tagret: 'a' }), 422, 'EVENT_MALFORMED'],
    ['two places', JSON.stringify({ ...event, wave: 'w' }), 422, 'EVENT_MALFORMED'],
    ['a group without alerts', JSON.stringify({ version: '4' }), 422, 'EVENT_MALFORMED'],
    [
      'more alerts than a fleet has',
      JSON.stringify({ alerts: Array.from({ length: 10_001 }, () => event) }),
      422,
      'EVENT_MALFORMED',
    ],
  ])('is refused that sends %s', async (_, sent, status, code) => {
    const place = openPlace();
    expect(await place.send({ authorization: `Bearer ${live}` }, sent)).toMatchObject({ status, code });
    expect(place.taken).toEqual([]);
  });
});

describe('a delivery is read', () => {
  const grouped = (version: string, alert: object) => ({
    version,
    status: 'firing',
    receiver: 'r',
    groupKey: 'g',
    alerts: [alert],
  });
  const labels = { alertname: 'Slow', target: 'a' };

  it('of Alertmanager: fingerprint, labels, summary and times; the year 1 is no time', () => {
    const alert = {
      ...{ status: 'firing', labels, annotations: { summary: 'one\nin\u202etwenty' } },
      ...{
        startsAt: '2026-03-02T08:59:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        fingerprint: 'f1',
        generatorURL: 'https://p.test',
      },
    };
    expect(readAlertEvent({ ...grouped('4', alert), truncatedAlerts: 3 })).toEqual({
      truncated: 3,
      reports: [
        {
          ...{ id: 'f1', name: 'Slow', status: 'firing', labels, summary: 'one in twenty', link: 'https://p.test' },
          startsAt: now - 60_000,
        },
      ],
    });
  });

  it('of Grafana: the same members under version 1, by the labels where there is no fingerprint', () => {
    const alert = {
      status: 'resolved',
      labels,
      annotations: {},
      startsAt: 'soon',
      endsAt: '2026-03-02T09:00:00Z',
      values: null,
    };
    const read = readAlertEvent(grouped('1', alert));
    const id = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(read).toEqual({ truncated: 0, reports: [{ id, name: 'Slow', status: 'resolved', labels, endsAt: now }] });
  });

  it('of our own: one, or several; the same alert has the same id in whatever order it is written', () => {
    const one = readAlertEvent({ ...event, summary: 'x'.repeat(900), labels: { a: '1', b: '2' } });
    const other = readAlertEvent({
      alerts: [{ labels: { b: '2', a: '1' }, target: 'a', status: 'resolved', alert: 'Slow' }],
    });
    if ('outcome' in one || 'outcome' in other) throw new Error('refused');
    expect(one.reports[0]).toMatchObject({ place: { scope: 'target', name: 'a' }, summary: 'x'.repeat(200) });
    expect(other.reports[0]?.id).toBe(one.reports[0]?.id);
  });
});
