import { describe, expect, it, test } from 'vitest';
import { DURATION, durationMs, RATE, ratePerSecond } from '../../shared/fleet/duration.ts';
import { jsonSchema } from '../../shared/fleet/json-schema.ts';
import { editsBetween, nearestOf } from '../../shared/fleet/nearest.ts';
import { pointerOf, stepsOf, valueAt } from '../../shared/fleet/pointer.ts';

describe('durations and rates', () => {
  test.each([
    ['500ms', 500],
    ['5s', 5_000],
    ['5m', 300_000],
    ['5h', 18_000_000],
    ['2d', 172_800_000],
  ])('%s is %i milliseconds', (text, ms) => expect(durationMs(text)).toBe(ms));

  test.each(['', '5', '0s', '-5m', '5m30s', '1.5h', '5 m', '5M', '05s', 'PT5M', '5s\n'])(
    '%j is no duration',
    (text) => {
      expect(DURATION.test(text)).toBe(false);
      expect(() => durationMs(text)).toThrow(RangeError);
    },
  );

  test.each([
    ['5/s', 5],
    ['30/m', 0.5],
    ['0.2/s', 0.2],
    ['36/h', 0.01],
  ])('%s is %d attempts a second', (text, rate) => expect(ratePerSecond(text)).toBeCloseTo(rate, 12));

  test.each(['5', '/s', '5/d', '-1/s', '1e3/s'])('%j is no rate', (text) => expect(RATE.test(text)).toBe(false));
});

describe('the nearest word', () => {
  test.each([
    ['maxUnavailble', ['maxUnavailable', 'maxSurge'], 'maxUnavailable'],
    ['esk', ['eks', 'gke', 'aks'], 'eks'],
    ['Gates', ['gates', 'waves'], 'gates'],
    ['timeout', ['rate', 'status'], undefined],
    ['x', ['eks'], undefined],
  ])('to %s of %j is %s', (word, candidates, nearest) => expect(nearestOf(word, candidates)).toBe(nearest));

  test.each([
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['abcd', 'abdc', 1],
    ['same', 'same', 0],
  ])('%s and %s differ by %i edits', (from, to, edits) => expect(editsBetween(from, to)).toBe(edits));
});

describe('JSON pointers', () => {
  it('escape what would split them, and come back', () => {
    const path = ['labels', 'example.com/a~b', 0];
    expect(pointerOf(path)).toBe('/labels/example.com~1a~0b/0');
    expect(stepsOf(pointerOf(path))).toEqual(path.map(String));
    expect(valueAt({ labels: { 'example.com/a~b': ['here'] } }, path)).toBe('here');
  });

  it('find nothing that is inherited', () => expect(valueAt({}, ['constructor', 'name'])).toBeUndefined());
});

describe('the JSON Schema', () => {
  it('in docs/config.schema.json is the one of the code (vitest --update writes it)', async () => {
    const text = `${JSON.stringify(jsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../docs/config.schema.json');
  });
});
