import { afterAll, describe, expect, test } from 'vitest';
import { consoleActions, type Elsewhere } from '../../../functions/tools/console-actions.ts';
import { simulatedIdentity } from '../../../local/fleet/clouds/aws-caller.ts';
import type { Actor } from '../../../shared/access/authorise.ts';
import { executionName } from '../../../shared/intake/event-name.ts';
import { receiveArtifact } from '../../../shared/intake/receive-artifact.ts';
import { endRollout, readRollout } from '../../../shared/ledger/rollouts.ts';
import { stepFunctions } from '../../../shared/outside/step-functions.ts';
import { startRollout } from '../../../shared/release/start-rollout.ts';
import { digest, fleetConfig, openPlace, signal, signed } from '../../intake/place.ts';

const person = (name: string) => ({ name, email: `${name}@example.com` });
const executions: unknown[] = [];
const place = await openPlace({
  http: (forge) => async (url, init) => {
    if (!new URL(url).hostname.startsWith('states.')) return forge(url, init);
    executions.push(JSON.parse(Buffer.from(init?.body ?? '').toString()));
    return Response.json({ executionArn: 'arn', startDate: 1 });
  },
});
afterAll(place.close);

const outside = {
  ...place.outside,
  identity: simulatedIdentity(place.outside.clock, '111111111111'),
  settings: { ...place.outside.settings, stateMachines: { rollout: 'arn:rollout', wave: '', deployment: '' } },
};
const refuse = async (): Promise<never> => Promise.reject(new Error('no delivery comes here'));
const hooks: Elsewhere = {
  ...{ receiveMerge: refuse, receiveArtifact: refuse, receiveAlerts: refuse, receiveTest: refuse },
  diagnose: refuse,
};
const actions = consoleActions(outside, hooks, 60_000);
const manager = (name: string): Actor => ({ name, kind: 'person', roles: ['release-managers'] });
const owner: Actor = { name: 'local', kind: 'person', roles: 'all' };
const authorsOf = async (commit: string) =>
  (await readRollout(outside.ledger, executionName('acme/config', commit)))?.authors;

await place.forge.seed({ 'fleet.jsonnet': fleetConfig, 'services/storage.jsonnet': '{}\n' }, 'First', person('ada'));
const change = (text: string, name: string) => place.forge.commit({ 'README.md': text }, text, person(name));

describe('a rollout that is started before the merge event has come', () => {
  test('may not be approved by who wrote the commit, nor by who starts it', async () => {
    const commit = await change('one', 'bo');
    await actions.release(commit, manager('cy'));
    expect(await authorsOf(commit)).toEqual(['bo', 'cy']);
  });

  test('may not be approved by who opened, wrote or merged its pull request', async () => {
    const delivery = { ...signed({ image: `registry.example.com/storage@${digest('c')}` }), via: 'http' } as const;
    await receiveArtifact(outside, delivery, signal);
    const commit = await place.forge.merge(1, person('dee'));
    await actions.release(commit, manager('cy'));
    expect(await authorsOf(commit)).toEqual(['cy', 'dee', 'tidegate[bot]']);
  });

  test('may be approved by the owner of the instance who starts it', async () => {
    const commit = await change('two', 'bo');
    await actions.release(commit, owner);
    expect(await authorsOf(commit)).toEqual(['bo']);
  });

  test('also shuts out whom the event names later, and nobody is let in again', async () => {
    const commit = await change('three', 'bo');
    const { rollout } = await actions.release(commit, manager('cy'));
    const started = { repository: 'acme/config', commit, by: 'eve' };
    const again = (authors: readonly string[]) =>
      startRollout({ ...started, authors }, rollout, stepFunctions(outside), outside);
    expect(await again(['eve', 'bo'])).toEqual({ rollout, status: 'already' });
    expect(await authorsOf(commit)).toEqual(['bo', 'cy', 'eve']);
    await again([]);
    expect(await authorsOf(commit)).toEqual(['bo', 'cy', 'eve']);
  });
});

test('every start names the same execution for one commit', async () => {
  const commit = await change('four', 'bo');
  executions.length = 0;
  const { rollout } = await actions.release(commit, owner);
  await actions.release(commit, manager('cy'));
  const input = JSON.stringify({ rollout, repository: 'acme/config', commit });
  const start = { stateMachineArn: 'arn:rollout:live', name: rollout, input };
  expect(executions).toEqual([start, start]);
});

test('what is begun again says when its first try began, whatever try it is', async () => {
  const commit = await change('five', 'bo');
  const { rollout } = await actions.release(commit, owner);
  const fail = (name: string) => endRollout(outside.ledger, name, { outcome: 'failed', because: 'x', at: 1 });
  await fail(rollout);
  const { rollout: second } = await actions.retry(rollout, owner);
  await fail(second);
  const { rollout: third } = await actions.retry(second, owner);
  const startedAt = (await readRollout(outside.ledger, rollout))?.startedAt;
  const firsts = [rollout, second, third].map(
    async (each) => (await readRollout(outside.ledger, each))?.firstStartedAt,
  );
  expect(await Promise.all(firsts)).toEqual([undefined, startedAt, startedAt]);
});
