import { afterAll, expect, it } from 'vitest';
import { watchProbers } from '../../functions/watch-probers.ts';
import { keepStanding } from '../../shared/availability/standing.ts';
import { markVerified } from '../../shared/ledger/target-state.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import { Secret, SecretMissing } from '../../shared/secrets/secrets.ts';
import { openPlace } from '../intake/place.ts';

const place = await openPlace();
afterAll(place.close);

// Later than the clock of the place, by which rows of the ledger expire.
const start = Date.UTC(2026, 0, 3);
let now = start;
const asked: { readonly url: string; readonly text: unknown }[] = [];
const addresses: Readonly<Record<string, string>> = {
  heartbeat: 'https://alive.test/',
  'notify-webhook': 'https://pager.test/',
};
const outside = {
  ...place.outside,
  clock: { ...place.outside.clock, now: () => now },
  http: async (url: string | URL, init: { readonly body?: string | Uint8Array } = {}) => {
    asked.push({ url: String(url), text: init.body === undefined ? undefined : JSON.parse(String(init.body)).text });
    return new Response(null, { status: 204 });
  },
  secrets: {
    get: async (name: string) => {
      const address = addresses[name];
      if (address === undefined) throw new SecretMissing(name, 'the test');
      return new Secret(address);
    },
  },
};
const watch = () => watchProbers(outside)({}, { getRemainingTimeInMillis: () => 50_000 });

it('shows that all is alive while no prober is silent, and tells people once when one is', async () => {
  const standing = { release: digestOf('r'), rendered: digestOf('m'), commit: 'c', rollout: 'r', at: start };
  for (const target of ['a', 'b']) await markVerified(outside.ledger, target, standing);
  expect(await watch()).toEqual({ silent: [] });
  expect(asked).toEqual([{ url: 'https://alive.test/', text: undefined }]);
  now = start + 4 * 60_000;
  const seen = { region: 'us-east-1', failing: [], isOwnFault: false };
  await keepStanding(outside.ledger, { ...seen, target: 'a', at: start + 3 * 60_000 });
  expect(await watch()).toEqual({ silent: [{ target: 'b', region: 'us-east-1', silentSince: start }] });
  await watch();
  expect(asked.slice(1)).toEqual([
    {
      url: 'https://pager.test/',
      text: 'No scheduled probes from us-east-1 of b for minutes; their gates can not see an outage from there',
    },
  ]);
});
