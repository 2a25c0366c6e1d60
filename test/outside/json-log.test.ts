import { expect, it, test } from 'vitest';
import { jsonLog, logLine } from '../../shared/outside/json-log.ts';

const now = Date.parse('2026-03-01T12:00:00.5Z');

it('writes one line of JSON for each call, with the time of the clock', () => {
  const lines: string[] = [];
  const log = jsonLog({ write: (line) => lines.push(line) }, { now: () => now });
  log.info('wave started', { wave: 'staging', targets: 3, dry: false, reason: undefined });
  log.warn('slow');
  log.error('failed', { ratio: Number.NaN });
  expect(lines).toEqual([
    '{"time":"2026-03-01T12:00:00.500Z","level":"info","message":"wave started","wave":"staging","targets":3,"dry":false}\n',
    '{"time":"2026-03-01T12:00:00.500Z","level":"warn","message":"slow"}\n',
    '{"time":"2026-03-01T12:00:00.500Z","level":"error","message":"failed","ratio":"NaN"}\n',
  ]);
});

test.each([
  ['a line break', '\r\n{"level":"audit"}'],
  ['a terminal sequence', '\u001b[2J\u009b31m'],
  ['a bidirectional override', 'user\u202e\u2066txt.exe\u2069'],
  ['a separator', 'a\u2028b\u2029c\u0085d'],
  ['a hidden character', 'a\u200bb\ufeffc\u00add\u2060e'],
  ['half a character', 'a\ud800b'],
  ['DEL and NUL', '\u007f\u0000'],
])('%s is shown escaped, and reads back as it was', (_, hostile) => {
  const line = logLine(now, 'info', hostile, { [hostile]: hostile });
  expect(line.slice(0, -1)).toMatch(/^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u05ff\ufffd]*$/u);
  const read = JSON.parse(line);
  expect([read.level, read.message, read[hostile.toWellFormed()]]).toEqual([
    'info',
    hostile.toWellFormed(),
    hostile.toWellFormed(),
  ]);
});

it('does not let a field stand for time, level or message', () => {
  expect(JSON.parse(logLine(now, 'info', 'm', { level: 'audit', time: 'x', message: 'y' }))).toEqual({
    time: '2026-03-01T12:00:00.500Z',
    level: 'info',
    message: 'm',
    'field.level': 'audit',
    'field.time': 'x',
    'field.message': 'y',
  });
});

test.each([
  ['one long message', 'x'.repeat(100_000), {}],
  ['text that grows when escaped', '\u202e'.repeat(50_000), {}],
  ['characters of four bytes', '\u{1f600}'.repeat(50_000), {}],
  ['many fields', 'm', Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`field${n}`, n]))],
  [
    'long names and values',
    'm',
    Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`${n}`.repeat(9_000), 'y'.repeat(9_000)])),
  ],
])('%s stays within 8 KB and is still JSON', (_, message, fields) => {
  const line = logLine(now, 'info', message, fields);
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8 * 1024);
  const read = JSON.parse(line);
  const shown = Object.keys(read).length - 3 - ('omitted' in read ? 1 : 0);
  expect(shown + (read.omitted ?? 0)).toBe(Object.keys(fields).length);
});
