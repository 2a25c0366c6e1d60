import type { HttpInit } from '../../shared/outside/http.ts';
import { Secret, SecretMissing } from '../../shared/secrets/secrets.ts';

/** One channel, a webhook that takes everything, in place of the secrets and the network of a place. `sent` are the keys that it took. */
export const openPager = () => {
  const sent: string[] = [];
  return {
    sent,
    http: async (_: string | URL, init: HttpInit = {}) => {
      sent.push(JSON.parse(String(init.body)).key);
      return new Response(null, { status: 204 });
    },
    secrets: {
      get: async (name: string) => {
        if (name !== 'notify-webhook') throw new SecretMissing(name, 'the test');
        return new Secret('https://pager.test/');
      },
    },
  };
};
