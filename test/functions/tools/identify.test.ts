import { expect, it } from 'vitest';
import { identify } from '../../../functions/tools/identify.ts';
import { simulatedNetwork } from '../../../local/network.ts';
import { openPlace } from '../../intake/place.ts';
import { openSigner, signerSettings } from '../../sign-in/signer.ts';

const open = async () => {
  const place = await openPlace();
  const signer = await openSigner();
  const clock = { ...place.outside.clock, now: () => Date.now() };
  const outside = {
    ...{ ...place.outside, clock },
    http: simulatedNetwork({ routes: [signer.route], fallback: 'refuse' }),
    settings: { ...place.outside.settings, signIn: signerSettings },
  };
  const who = identify(outside);
  const ask = (token: string) =>
    who(new Request('https://console.example.com/', { headers: { authorization: `Bearer ${token}` } }));
  return { ...place, signer, ask };
};
const ana = { preferred_username: 'ana' };

it('asks the issuer for its keys once, and for a key that it does not know no more than twice a minute', async () => {
  const { signer, ask, close } = await open();
  expect(await ask(await signer.token(ana))).toEqual({ name: 'ana', kind: 'person', roles: [] });
  expect(await ask(await signer.token(ana))).toEqual({ name: 'ana', kind: 'person', roles: [] });
  const stranger = await openSigner();
  const forged = (await stranger.token(ana)).replace(
    /^[^.]+/,
    Buffer.from('{"alg":"ES256","kid":"k9"}').toString('base64url'),
  );
  for (const _ of [1, 2, 3]) await expect(ask(forged)).rejects.toMatchObject({ status: 401 });
  expect(signer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  close();
});

it.each([
  ['does not answer', undefined, /its discovery document answers 503/],
  [
    'calls itself something else',
    { issuer: 'https://evil.example.com', jwks_uri: 'https://issuer.example.com/keys' },
    /is of https:\/\/evil\.example\.com; see that consoleIssuer/,
  ],
  [
    'has its keys where anybody can change them',
    { issuer: signerSettings.issuer, jwks_uri: 'http://issuer.example.com/keys' },
    /no jwks_uri over https/,
  ],
])('knows nobody as long as the issuer %s, and everybody again after that', async (_, document, because) => {
  const { signer, ask, close } = await open();
  const right = signer.documents['/.well-known/openid-configuration'];
  signer.documents['/.well-known/openid-configuration'] = document;
  const token = await signer.token(ana);
  await expect(ask(token)).rejects.toMatchObject({ status: 503, message: expect.stringMatching(because) });
  signer.documents['/.well-known/openid-configuration'] = right;
  expect(await ask(token)).toMatchObject({ name: 'ana' });
  close();
});
