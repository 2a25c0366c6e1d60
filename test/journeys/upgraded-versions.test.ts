import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { afterAll, expect, test } from 'vitest';
import { smallFleetConfig } from './fleet-config.ts';
import { openRehearsal, time } from './rehearsal.ts';

// After the rehearsal has put its clock in place.
const { stateMachineArn } = await import('../../local/state-machines.ts');
const { liveVersions } = await import('../../shared/outside/state-machine.ts');
const { awsClientSettings } = await import('../../shared/outside/aws-client-settings.ts');

const dir = mkdtempSync(join(tmpdir(), 'tidegate-versions-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Story = Awaited<ReturnType<typeof openRehearsal>>;

/** Every state machine as a later version of Tidegate might have it: otherwise than now, in a way that can be seen. */
const upgraded = (text: string): string => text.replace(/^QueryLanguage:/m, 'Comment: Of the next version.\n$&');

/** Of every execution of a rollout: its machine, the version it is of, and whether that is the upgraded one. */
const versionsOf = async ({ instance: { outside } }: Story, rollout: string) => {
  const client = new SFNClient(awsClientSettings(outside.http, outside.identity, outside.settings.region));
  const found = new Set<string>();
  for (const machine of ['rollout', 'wave', 'deployment'] as const) {
    const listed = await client.send(new ListExecutionsCommand({ stateMachineArn: stateMachineArn(machine) }));
    for (const { executionArn = '' } of listed.executions ?? []) {
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (JSON.parse(execution.input ?? '').rollout !== rollout) continue;
      const { definition } = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
      const [version, by = 'version'] = [execution.stateMachineVersionArn, execution.stateMachineAliasArn].map(
        (arn) => arn?.split(':')[7],
      );
      const mark = definition?.includes('Of the next version.') ? ', upgraded' : '';
      found.add(`${machine} by ${by} ${version}${mark}`);
    }
  }
  return [...found].sort();
};

test('a rollout in flight stays on its own version, waves and deployments that begin after an upgrade too', async () => {
  const before = await openRehearsal({ dir, config: smallFleetConfig('v1') });
  const first = await before.begin();
  await before.until(() => before.writes('gke-internal').length > 0);
  await before.close();

  // The second wave is under way; the last one has not begun.
  const after = await openRehearsal({ dir, config: smallFleetConfig('v1'), definition: upgraded });
  await after.decide(await after.asked(), 'approve');
  expect(await after.ended(first)).toMatchObject({ outcome: 'succeeded' });
  const second = await after.merge({ 'tidegate.json': smallFleetConfig('v2') }, 'Version 2');
  await after.decide(await after.asked(), 'approve');
  expect(await after.ended(second)).toMatchObject({ outcome: 'succeeded' });

  const look = async (rollout: string) =>
    time.complete(async () => versionsOf(after, rollout), { maxVirtualMs: 1_000 });
  expect({ first: await look(first), second: await look(second) }).toEqual({
    first: ['deployment by version 1', 'rollout by live 1', 'wave by version 1'],
    second: ['deployment by version 2, upgraded', 'rollout by live 2, upgraded', 'wave by version 2, upgraded'],
  });
  await after.close();
});

test('an instance that starts again as it is publishes nothing', async () => {
  const again = await openRehearsal({ dir, config: smallFleetConfig('v1'), definition: upgraded });
  const { outside } = again.instance;
  const live = time.complete(
    async () => liveVersions(stateMachineArn('rollout'), outside, new AbortController().signal),
    { maxVirtualMs: 1_000 },
  );
  expect(await live).toEqual([`${stateMachineArn('rollout')}:2`]);
  await again.close();
});
