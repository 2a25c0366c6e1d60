import { afterAll, expect, it } from 'vitest';
import { planCommit } from '../../../functions/tools/plan-commit.ts';
import type { Actor } from '../../../shared/access/authorise.ts';
import { evaluateInThread } from '../../../shared/render/jsonnet-in-thread.ts';
import { openPlace, signal } from '../../intake/place.ts';
import { smallFleetConfig } from '../../journeys/fleet-config.ts';

const place = await openPlace();
afterAll(place.close);
const outside = { ...place.outside, jsonnet: evaluateInThread() };

const config = JSON.parse(smallFleetConfig('v1', { roles: { 'release-managers': ['ana'], acme: ['carl'] } }));
const externalId = 'acme-7';
const role = 'arn:aws:iam::222222222222:role/tidegate-target-acme';
const files = {
  'fleet.jsonnet': JSON.stringify({
    ...config,
    services: { licence: { jsonnet: 'services/licence.jsonnet' } },
    targets: {
      ...config.targets,
      'acme-new': {
        eks: { account: '222222222222', region: 'eu-west-1', cluster: 'prod', role, externalId },
        labels: config.targets['eks-a'].labels,
        private: { roles: ['acme'] },
      },
    },
  }),
  'services/licence.jsonnet': `if std.extVar('target').name == 'acme-new' then error 'acme-new has no licence' else []`,
};
const commit = await place.forge.seed(files, 'A new private target', { name: 'bo', email: 'bo@example.com' });

it.each<[string, Actor, boolean]>([
  ['is told to its own people', { name: 'carl', kind: 'person', roles: [] }, true],
  ['names it to nobody else', { name: 'eva', kind: 'person', roles: [] }, false],
])('what is wrong with a private target that no release has had yet %s', async (_, actor, isNamed) => {
  // By what was prepared last nothing is hidden: it knows of no such target.
  const view = await planCommit(commit, { actor, hidden: new Set() }, outside, signal);
  expect(view.status).toBe('refused');
  expect(JSON.stringify(view).includes('acme-new')).toBe(isNamed);
});
