import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { CHILD, EVERY_STATE, functionsOf, ITEMS } from './every-state.ts';
import { workbench } from './workbench.ts';

const rowsOf = (file: string): string => {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
  const rows = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${String(name)}"`).all()]);
  database.close();
  return JSON.stringify(rows);
};

const run = async (file: string, seed: string): Promise<string> => {
  const bench = workbench({
    ...{ database: file, objects: ITEMS, seed },
    functions: functionsOf((taskToken) => {
      bench.clock.after(1000, () =>
        bench.clock.hold(bench.client.send(new SendTaskSuccessCommand({ taskToken, output: '{"answer":"yes"}' }))),
      );
    }),
  });
  await bench.create('every', EVERY_STATE);
  await bench.create('every-child', CHILD);
  await bench.start('every', { n: 3 }, 'run');
  await bench.clock.run();
  bench.engine.close();
  return rowsOf(file);
};

test('one seed gives the same rows byte for byte, another one other rows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  try {
    const first = await run(join(folder, 'first'), 'seed');
    expect(first.length).toBeGreaterThan(10_000);
    expect(await run(join(folder, 'second'), 'seed')).toBe(first);
    expect(await run(join(folder, 'third'), 'another')).not.toBe(first);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a second engine on the same file is refused while the first is open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const file = join(folder, 'one');
  const first = workbench({ database: file });
  try {
    expect(() => workbench({ database: file })).toThrow('another process has it open');
  } finally {
    first.engine.close();
    rmSync(folder, { recursive: true });
  }
});
