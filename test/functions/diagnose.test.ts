import { afterAll, expect, it } from 'vitest';
import { diagnose } from '../../functions/diagnose.ts';
import { openPlace } from '../intake/place.ts';

const place = await openPlace();
afterAll(place.close);

const look = diagnose(place.outside);
const ask = async (claims: Readonly<Record<string, string>> | undefined, rawPath: string, body: object) => {
  const event = {
    version: '2.0',
    rawPath,
    rawQueryString: '',
    headers: { host: 'api', authorization: 'Bearer x', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: { domainName: 'api', http: { method: 'POST' }, ...(claims && { authorizer: { jwt: { claims } } }) },
  };
  const answer = await look(event, { getRemainingTimeInMillis: () => 29_000 });
  const { statusCode, body: text } = answer as { readonly statusCode: number; readonly body: string };
  return { statusCode, body: JSON.parse(Buffer.from(text, 'base64').toString()) };
};

it('looks for whoever is known, as the deployed form', async () => {
  const { statusCode, body } = await ask({ preferred_username: 'ana' }, '/diagnoses', {});
  expect(statusCode).toBe(200);
  const looked = body.checks.map(({ check }: { readonly check: string }) => check);
  expect(looked).toEqual(
    expect.arrayContaining(['identity', 'ledger', 'blobs', 'rules', 'repository', 'secret webhook']),
  );
});

it('looks for nobody else', async () => {
  expect(await ask(undefined, '/diagnoses', {})).toMatchObject({ statusCode: 401 });
  expect(await ask({ sub: 'client-1' }, '/diagnoses', {})).toMatchObject({ statusCode: 401 });
});

it('takes what deliveries and decisions are by no other way than theirs', async () => {
  expect(await ask({ preferred_username: 'ana' }, '/hooks/merge', {})).toMatchObject({ statusCode: 404 });
});
