import { describe, expect, it } from 'vitest';
import { readArtifactEvent } from '../../shared/intake/artifact-event.ts';
import { readMergeEvent } from '../../shared/intake/merge-event.ts';
import { corpusEvent, corpusEvents, hasEvents, missingEvents } from './corpus-events.ts';

const odd: readonly unknown[] = [
  null,
  0,
  -1.5,
  '',
  '\u0000\u202e',
  '@',
  '%',
  'sha256:',
  [],
  [[]],
  {},
  { __proto__: null },
  true,
];

/** Every copy of `value` in which one member, at any depth, is replaced by `instead`. */
const withOne = (value: unknown, instead: unknown): readonly unknown[] => {
  if (Array.isArray(value)) {
    return value
      .slice(0, 2)
      .flatMap((item, at) => [instead, ...withOne(item, instead)].map((made) => value.with(at, made)));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    [instead, ...withOne(item, instead)].map((made) => ({ ...value, [key]: made })),
  );
};

describe.skipIf(!hasEvents)(`events with one odd member (${missingEvents} where there is none)`, () => {
  it('are an artifact with a whole digest, ignored or refused, and never thrown at', () => {
    let read = 0;
    for (const path of corpusEvents().filter((name) => !name.startsWith('github-woodpecker'))) {
      for (const instead of odd) {
        for (const event of withOne(corpusEvent(path), instead)) {
          const answer = readArtifactEvent(event, 'the body');
          read += 1;
          if (answer.outcome !== 'artifact') expect(['ignored', 'refused']).toContain(answer.outcome);
          else expect(`${answer.repository}@${answer.digest}`).toMatch(/^[a-z0-9./_:-]+@sha256:[0-9a-f]{64}$/);
        }
      }
    }
    expect(read).toBeGreaterThan(5_000);
  });

  it('are a merge of a whole commit id, ignored or refused, and never thrown at', () => {
    const released = { name: 'anbraten/test-ready-release-go', branch: 'main' };
    const found = new Set<string>();
    for (const instead of odd) {
      for (const event of withOne(corpusEvent('github-woodpecker/pull_request.closed.merged.json'), instead)) {
        const answer = readMergeEvent(event, released);
        found.add(answer.outcome);
        if (answer.outcome === 'merge') expect(answer.commit).toMatch(/^[0-9a-f]{40}$/);
      }
    }
    expect([...found].sort()).toEqual(['ignored', 'merge', 'refused']);
  });
});
