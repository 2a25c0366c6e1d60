// An instance in real mode as a process of its own, over the folder given, which it locks. A fresh folder gets a first version, then a
// second; one with rollouts in it goes on with the newest. Prints what happens in the newest rollout, a line each, and ends with it.
import { setTimeout as sleep } from 'node:timers/promises';
import { lockFolder } from '../../local/lock.ts';
import { smallFleetConfig } from './fleet-config.ts';
import { openRealRehearsal } from './real-rehearsal.ts';

const { waves } = JSON.parse(smallFleetConfig('v1'));
const unasked = { waves: waves.map(({ approval: _, ...wave }: { readonly approval?: unknown }) => wave) };

const [dir = ''] = process.argv.slice(2);
const unlock = lockFolder(dir);
console.log('locked');
const story = await openRealRehearsal({ dir, config: smallFleetConfig('v1', unasked) });
const known = await story.rollouts();
if (known.length === 0) await story.ended(await story.begin());
const rollout =
  known[0]?.rollout ?? (await story.merge({ 'tidegate.json': smallFleetConfig('v2', unasked) }, 'Version 2'));

const told = new Set<string>();
for (let isLast = false; !isLast; await sleep(20)) {
  const events = await story.events(rollout);
  for (const event of events.filter((text) => !told.has(text))) console.log(event);
  for (const event of events) told.add(event);
  isLast = events.some((text) => /^(succeeded|partial|failed|rolled_back|aborted): /.test(text));
}
for (const target of story.targets) console.log(`${target} ${story.running(target)} ${story.writes(target).length}`);
await story.close();
unlock();
