import { afterAll, expect, it } from 'vitest';
import { diagnose } from '../../functions/diagnose.ts';
import { simulatedNetwork } from '../../local/network.ts';
import { openPlace } from '../intake/place.ts';
import { openSigner, signerSettings } from '../sign-in/signer.ts';

const place = await openPlace();
const signer = await openSigner();
afterAll(place.close);

const look = diagnose({
  ...place.outside,
  http: simulatedNetwork({ routes: [signer.route], fallback: place.outside.http }),
  settings: { ...place.outside.settings, signIn: signerSettings },
});
const ask = async (claims: Readonly<Record<string, unknown>> | undefined, rawPath: string, body: object) => {
  const token = claims && (await signer.token(claims, place.outside.clock.now()));
  const event = {
    version: '2.0',
    rawPath,
    rawQueryString: '',
    headers: {
      host: 'api',
      'content-type': 'application/json',
      origin: 'https://api',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: { domainName: 'api', http: { method: 'POST' } },
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
    expect.arrayContaining(['identity', 'ledger', 'blobs', 'rules', 'stream', 'repository', 'secret webhook']),
  );
});

it('looks for nobody else', async () => {
  expect(await ask(undefined, '/diagnoses', {})).toMatchObject({ statusCode: 401 });
  expect(await ask({ sub: 'client-1' }, '/diagnoses', {})).toMatchObject({ statusCode: 401 });
});

it('takes what deliveries and decisions are by no other way than theirs', async () => {
  expect(await ask({ preferred_username: 'ana' }, '/hooks/merge', {})).toMatchObject({ statusCode: 404 });
});
