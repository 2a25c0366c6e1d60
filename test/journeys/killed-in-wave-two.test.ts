import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { memoryFolder } from '../memory-folder.ts';
import { smallFleetConfig } from './fleet-config.ts';
import { image, openRehearsal } from './rehearsal.ts';

/** A fifth of it on a machine that does nothing else. */
const longest = 120_000;

const dir = memoryFolder('tidegate-killed-');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test(
  'an instance that ends in the second wave is gone on with by the next one, to the same end',
  async () => {
    const before = await openRehearsal({ dir, config: smallFleetConfig('v1') });
    await before.settleFirst();
    const mark = before.mark();
    const second = await before.merge({ 'tidegate.json': smallFleetConfig('v2') }, 'Version 2');
    // The moment of the write: what came of it nobody has been told.
    await before.until(() => before.writes('gke-internal', mark).length > 0);
    expect(await before.events(second)).not.toContain('gke-internal deployed');
    await before.close();

    const after = await openRehearsal({ dir, config: smallFleetConfig('v1') });
    const approval = await after.asked();
    await after.decide(approval, 'approve');
    expect(await after.ended(second)).toMatchObject({
      outcome: 'succeeded',
      because: '4 targets have the release, verified',
    });
    await after.pass(600_000);

    for (const target of after.targets) {
      expect([target, after.running(target)]).toEqual([target, [image('v2')]]);
      expect([target, after.writes(target, mark)]).toEqual([
        target,
        ['PATCH /apis/apps/v1/namespaces/default/deployments/web'],
      ]);
    }
    const events = await after.events(second);
    expect(events.filter((text) => /^(waits for 1|external approved|succeeded)/.test(text))).toEqual([
      expect.stringMatching(/^waits for 1 of release-managers to approve external/),
      'external approved by ana',
      'succeeded: 4 targets have the release, verified',
    ]);
    expect((await after.rollouts()).map((rollout) => rollout.end?.outcome)).toEqual(['succeeded', 'succeeded']);
    await after.close();
  },
  longest,
);
