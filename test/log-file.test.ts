import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openLogFile } from '../local/log-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-log-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('keeps what was written last, in two files of a bounded size, of their owner alone', () => {
  const path = join(dir, 'instance.log');
  for (const from of [0, 50]) {
    const log = openLogFile(path, 100);
    for (let number = from; number < from + 50; number += 1) log.write(`line ${number}\n`);
    log.close();
    log.write('after the end\n');
  }
  const kept = readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8');
  expect(kept.endsWith('line 98\nline 99\n')).toBe(true);
  expect(kept).not.toContain('line 0\n');
  for (const file of [path, `${path}.1`]) {
    expect(statSync(file).size).toBeLessThan(120);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
});

it.runIf(existsSync('/dev/full'))('lets go what a full disk does not take', () => {
  const log = openLogFile('/dev/full');
  expect(() => log.write('a line\n')).not.toThrow();
  log.close();
});
