import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSigned, jsonOf, refuseUnsigned } from '../../shared/intake/signature.ts';
import { openPlace, type Place, signed } from './place.ts';

describe('isSigned', () => {
  const body = Buffer.from('{"zen":"Keep it logically awesome."}');
  const hex = createHmac('sha256', 'secret').update(body).digest('hex');

  it('takes the signature of the bytes and no other', () => {
    expect(isSigned(body, `sha256=${hex}`, ['other', 'secret'])).toBe(true);
    expect(isSigned(body, `sha256=${hex}`, ['other'])).toBe(false);
    expect(isSigned(body, `sha256=${hex}`, [])).toBe(false);
  });

  it('notices every single bit that is flipped, in the body and in the signature', () => {
    const flipped = (bytes: Uint8Array, bit: number) => {
      const copy = Uint8Array.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return copy;
    };
    const bodies = Array.from({ length: body.length * 8 }, (_, bit) => flipped(body, bit));
    const signatures = Array.from({ length: 256 }, (_, bit) =>
      Buffer.from(flipped(Buffer.from(hex, 'hex'), bit)).toString('hex'),
    );
    expect(bodies.filter((bytes) => isSigned(bytes, `sha256=${hex}`, ['secret']))).toEqual([]);
    expect(signatures.filter((text) => isSigned(body, `sha256=${text}`, ['secret']))).toEqual([]);
  });

  it.each([
    '',
    hex,
    `sha1=${createHmac('sha1', 'secret').update(body).digest('hex')}`,
    `sha256=${hex.slice(1)}`,
    `sha256=${hex}0`,
    `sha256=${hex.toUpperCase()}`,
    `SHA256=${hex}`,
    `sha256=${hex}\n`,
    `sha256=${Buffer.from(hex, 'hex').toString('base64')}`,
  ])('%j is no signature', (header) => {
    expect(isSigned(body, header, ['secret'])).toBe(false);
  });
});

describe('refuseUnsigned', () => {
  let place: Place;
  beforeEach(async () => {
    place = await openPlace();
  });
  afterEach(() => place.close());

  it('takes both secrets while they are being changed, and no third', async () => {
    place.secret('webhook', 'new\nold\nolder');
    expect(await refuseUnsigned(place.outside, signed({}, {}, 'new'))).toBeUndefined();
    expect(await refuseUnsigned(place.outside, signed({}, {}, 'old'))).toBeUndefined();
    expect(await refuseUnsigned(place.outside, signed({}, {}, 'older'))).toMatchObject({
      status: 401,
      code: 'SIGNATURE_INVALID',
    });
  });

  it('takes nothing without a header, without a configured secret, or with one of empty lines', async () => {
    const { settings } = place.outside;
    const { webhookSecret: _, ...without } = settings.configRepository;
    const unconfigured = { ...place.outside, settings: { ...settings, configRepository: without } };
    expect(await refuseUnsigned(place.outside, { body: Buffer.from('{}'), headers: {} })).toMatchObject({
      code: 'SIGNATURE_MISSING',
    });
    expect(await refuseUnsigned(unconfigured, signed({}))).toMatchObject({ status: 401, code: 'SIGNATURE_INVALID' });
    place.secret('webhook', '\n\n');
    expect(await refuseUnsigned(place.outside, signed({}, {}, ''))).toMatchObject({
      status: 401,
      code: 'SIGNATURE_INVALID',
    });
  });
});

describe('jsonOf', () => {
  const type = { 'content-type': 'application/json' };
  it.each([
    ['{"a": 1}', type, { value: { a: 1 } }],
    ['{}', { 'content-type': 'application/cloudevents+json; charset=utf-8' }, { value: {} }],
    ['{}', {}, { value: {} }],
    ['payload=%7B%7D', { 'content-type': 'application/x-www-form-urlencoded' }, { status: 415, code: 'CONTENT_TYPE' }],
    ['{', type, { status: 400, code: 'EVENT_MALFORMED' }],
    ['', type, { status: 400, code: 'EVENT_MALFORMED' }],
    [Buffer.from([0x22, 0xff, 0x22]), type, { status: 400, code: 'EVENT_MALFORMED' }],
    [`"${'x'.repeat(30)}"`, type, { status: 413, code: 'BODY_TOO_LARGE' }],
  ])('%j with %j', (body, headers, expected) => {
    expect(jsonOf({ body: Buffer.from(body), headers }, 20)).toMatchObject(expected);
  });
});
