import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fleetConfig, image, openRehearsal } from './rehearsal.ts';

/** What people were told, and when. */
const told: { readonly text: string; readonly at: number }[] = [];
const handle = async (request: Request) => {
  const { text }: { readonly text: string } = await request.json();
  told.push({ text, at: Date.now() });
  return new Response(null, { status: 204 });
};
const story = await openRehearsal({ hosts: [{ host: 'pager.simulated', handle }] });
writeFileSync(join(story.dir, 'secrets', 'notify-webhook'), 'https://pager.simulated/in', { mode: 0o600 });
afterAll(story.close);

test('a refused approval takes the waves before it back, and the wave itself is never written to', async () => {
  await story.settleFirst();
  const mark = story.mark();
  const second = await story.merge({ 'tidegate.json': fleetConfig('v2') }, 'Version 2');
  const approval = await story.asked();

  expect(await story.decide(approval, 'approve', 'bo')).toMatchObject({ status: 'refused', code: 'not-allowed' });
  expect(await story.decide({ ...approval, plan: approval.release }, 'approve')).toMatchObject({
    status: 'refused',
    code: 'other-plan',
  });
  expect(await story.decide(approval, 'reject')).toMatchObject({ status: 'decided', because: 'rejected by ana' });
  expect(await story.decide(approval, 'approve')).toMatchObject({ status: 'refused', code: 'decided' });

  expect(await story.ended(second)).toMatchObject({ outcome: 'rolled_back', because: 'rejected by ana' });
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
  for (const target of ['eks-a', 'eks-b', 'gke-a', 'aks-a'])
    expect([target, story.writes(target, mark)]).toEqual([target, []]);

  // By the ledger's stream, in the second in which it happened, and by no later look again.
  await story.pass(180_000);
  // What goes back is not as it was left, and nobody did that but us.
  expect(told.filter(({ text }) => text.includes('drifted'))).toEqual([]);
  const events = await story.timeline(second);
  const at = (kind: string) => events.find((event) => event.kind === kind)?.at;
  expect(told.filter(({ text }) => text.includes(second))).toEqual([
    {
      text: `wave external of rollout ${second} waits for 1 of release-managers to approve it`,
      at: at('approval'),
    },
    { text: `rollout ${second} ended rolled back: rejected by ana`, at: at('ended') },
  ]);
});
