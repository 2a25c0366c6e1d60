import { afterAll, expect, it } from 'vitest';
import { serveConsole } from '../../functions/serve-console.ts';
import { openPlace } from '../intake/place.ts';

const place = await openPlace();
afterAll(place.close);

const serve = serveConsole(place.outside);
const ask = async (claims: Readonly<Record<string, string>> | undefined, method = 'GET'): Promise<unknown> => {
  const answer = await serve(
    {
      version: '2.0',
      rawPath: '/rollouts.json',
      rawQueryString: '',
      headers: { host: 'api.example.com', accept: 'application/json' },
      isBase64Encoded: false,
      requestContext: {
        domainName: 'api.example.com',
        http: { method },
        ...(claims && { authorizer: { jwt: { claims } } }),
      },
    },
    { getRemainingTimeInMillis: () => 29_000 },
  );
  const { statusCode, body } = answer as { readonly statusCode: number; readonly body: string };
  return { statusCode, body: JSON.parse(Buffer.from(body, 'base64').toString()) };
};

it('shows a person whom the token names what there is', async () => {
  expect(await ask({ sub: '1', preferred_username: 'ada', groups: '[release-managers]' })).toMatchObject({
    statusCode: 200,
    body: { simulated: true, view: [] },
  });
});

it.each([
  ['nobody', undefined],
  ['a machine, whose token names no person', { sub: 'client-1' }],
])('refuses %s', async (_, claims) => {
  expect(await ask(claims)).toMatchObject({ statusCode: 401, body: { error: { code: 'NOT_ALLOWED' } } });
});

it('says for input that is no request what is wrong with it', async () => {
  const call = serve({ version: '1.0' }, { getRemainingTimeInMillis: () => 29_000 });
  await expect(call).rejects.toMatchObject({ name: 'InvalidInput' });
});
