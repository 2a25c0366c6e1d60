import { afterAll, expect, it } from 'vitest';
import { serveConsole } from '../../functions/serve-console.ts';
import { simulatedNetwork } from '../../local/network.ts';
import { openPlace } from '../intake/place.ts';
import { openSigner, signerSettings } from '../sign-in/signer.ts';

const place = await openPlace();
const signer = await openSigner();
afterAll(place.close);

const serve = serveConsole({
  ...place.outside,
  http: simulatedNetwork({ routes: [signer.route], fallback: 'refuse' }),
  settings: { ...place.outside.settings, signIn: signerSettings },
});
const ask = async (
  claims: Readonly<Record<string, unknown>> | undefined,
  method = 'GET',
  rawPath = '/rollouts.json',
): Promise<unknown> => {
  const token = claims && (await signer.token(claims, place.outside.clock.now()));
  const answer = await serve(
    {
      version: '2.0',
      rawPath,
      rawQueryString: '',
      headers: {
        ...{ host: 'api.example.com', accept: 'application/json' },
        ...(token && { authorization: `Bearer ${token}` }),
      },
      isBase64Encoded: false,
      requestContext: { domainName: 'api.example.com', http: { method } },
    },
    { getRemainingTimeInMillis: () => 29_000 },
  );
  const { statusCode, body } = answer as { readonly statusCode: number; readonly body: string };
  return { statusCode, body: JSON.parse(Buffer.from(body, 'base64').toString()) };
};

it('shows a person whom the token names what there is', async () => {
  expect(await ask({ sub: '1', preferred_username: 'ada', groups: ['release-managers'] })).toMatchObject({
    statusCode: 200,
    body: { simulated: true, view: [] },
  });
});

it.each([
  ['nobody', undefined, 'NOT_ALLOWED'],
  ['a machine, whose token names no person', { sub: 'client-1' }, 'TOKEN_REFUSED'],
])('refuses %s', async (_, claims, code) => {
  expect(await ask(claims)).toMatchObject({ statusCode: 401, body: { error: { code } } });
});

it('makes of a token of the issuer, which is over in minutes, no session of hours', async () => {
  const path = '/sign-in/terminal/bW4TTyuTcOPyla3j3OLilZU7dOnoH75bgi_LGZvxanU';
  expect(await ask({ sub: '1', preferred_username: 'ada' }, 'POST', path)).toMatchObject({
    statusCode: 403,
    body: { error: { code: 'NOT_ALLOWED' } },
  });
});

it('says for input that is no request what is wrong with it', async () => {
  const call = serve({ version: '1.0' }, { getRemainingTimeInMillis: () => 29_000 });
  await expect(call).rejects.toMatchObject({ name: 'InvalidInput' });
});
