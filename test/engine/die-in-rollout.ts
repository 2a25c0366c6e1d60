import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { deserialize } from 'node:v8';
import { beginRollout, type Note, newWorld, openReplay, type RecordedRollout } from './replayed-rollout.ts';

// A process that begins the recorded rollout over a file, or goes on with it, and is killed by SIGKILL around its second commit that
// changes something: `after` the first of them and before anything follows from it, or `before` the second, when all has followed. So
// it brings the rollout on by one commit. What the world did until then is in the notes, a line each. It ends with 0 when the rollout is over.
const [recording = '', file = '', notes = '', when = ''] = process.argv.slice(2);
const recorded: RecordedRollout = deserialize(readFileSync(recording));

let armed = false;
let commits = 0;
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (sql, ...more) {
  const statement = prepare.call(this, sql, ...more);
  if (sql !== 'COMMIT') return statement;
  // One change is that of opening the file.
  let before = 1;
  const changes = prepare.call(this, 'SELECT total_changes() AS n');
  const commit = prepare.call(this, sql);
  statement.run = () => {
    const now = Number(changes.get()?.n);
    if (armed && now > before) commits += 1;
    before = now;
    if (when === 'before' && commits === 2) die();
    const result = commit.run();
    if (when === 'after' && commits === 1) die();
    return result;
  };
  return statement;
};

const known = existsSync(notes)
  ? readFileSync(notes, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  : [];
const past = known.map((line): Note => JSON.parse(line));
const world = newWorld(past, (note) => appendFileSync(notes, `${JSON.stringify(note)}\n`));
let noted = 0;
const now = (): number => {
  const at = world.clock.now();
  if (at !== noted) world.note({ kind: 'time', at });
  noted = at;
  return at;
};
const go = async (): Promise<void> => {
  const options = { database: file, clock: { ...world.clock, now }, transitionsPerCommit: 1 };
  const engine = openReplay(recorded, world, options, past);
  armed = true;
  if (past.length === 0) await beginRollout(engine, recorded);
  engine.resume();
  await world.clock.run();
};
void go();
