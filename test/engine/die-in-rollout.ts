import { appendFileSync } from 'node:fs';
import { beginRollout, createMachines, newWorld, openReplay, readRecorded } from './recorded-rollout.ts';

// A process that begins the recorded rollout over a file and is killed at the moment of its transition number `dieAt`, which is then on no
// disk. What the world did until then is in the notes, a line each.
const [dir = '', file = '', notes = '', dieAt = ''] = process.argv.slice(2);
const recorded = await readRecorded(dir);
const world = newWorld([], (note) => appendFileSync(notes, `${JSON.stringify(note)}\n`));
let transitions = 0;
let armed = false;
let noted = 0;
const now = (): number => {
  const at = world.clock.now();
  if (at !== noted) world.note({ kind: 'time', at });
  noted = at;
  if (armed) transitions += 1;
  if (transitions === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
  return at;
};
const bench = await openReplay(recorded, world, {
  database: file,
  clock: { ...world.clock, now },
  transitionsPerCommit: 1,
});
await createMachines(bench);
await beginRollout(bench, recorded);
armed = true;
await world.clock.run();
