import { describe, expect, it, test } from 'vitest';
import { badStreams, goodWaves, LEVEL, RULES, type Rule, WORLDS, type World } from '../../bench/gates/waves.ts';

const WAVES = 150;
/** Three standard deviations of so many waves, at 2.5 % and at 5 %. */
const NOISE = { evidence: 0.038, comparisons: 0.053 };

const named = <Item>(all: Readonly<Record<string, Item>>, name: string): Item => {
  const item = all[name];
  if (item === undefined) throw new Error(`there is no ${name}`);
  return item;
};
const world = (name: string): World => named(WORLDS, name);
const rule = (name: string): Rule => named(RULES, name);

describe('over whole waves of 3 gates on 5 targets, all looks and comparisons taken together', () => {
  test.each(Object.keys(WORLDS))('failures %s: false alarms stay at the stated level', (name) => {
    const { stopped, compared } = goodWaves(rule('ours'), world(name), WAVES);
    expect(stopped).toBeLessThan(LEVEL / 2 + NOISE.evidence);
    expect(compared).toBeLessThan(LEVEL + NOISE.comparisons);
  });

  it('which neither tests of independent requests keep where they come in clusters, nor ten windows where those last', () => {
    const independent = goodWaves(rule('independent'), world('variance 3 times'), WAVES);
    expect(independent.stopped).toBeGreaterThan(LEVEL / 2 + NOISE.evidence);
    expect(independent.compared).toBeGreaterThan(0.3);
    const ten = goodWaves(rule('ten windows'), world('and AR(1) 0.8'), WAVES);
    expect(ten.stopped).toBeGreaterThan(0.15);
    expect(ten.compared).toBeGreaterThan(0.15);
  });

  it('of failures each for itself that costs a window of the delay, and no fault', () => {
    const of = world('each for itself');
    expect(badStreams(rule('ours'), of, 20, 100)).toEqual({ found: 1, median: 1, passed: 0, compared: 1 });
    expect([rule('independent'), rule('ours')].map((each) => badStreams(each, of, 5, 300))).toMatchObject([
      { found: 1, median: 3 },
      { found: 1, median: 4 },
    ]);
    expect(badStreams(rule('ours'), of, 3, 100).compared).toBeGreaterThan(
      badStreams(rule('ten windows'), of, 3, 100).compared,
    );
  });

  it('what lasts hides faults that are no larger than it: twenty times is found a few windows later, five times in half of the streams', () => {
    const [by20, by5] = [20, 5].map((times) => badStreams(rule('ours'), world('and AR(1) 0.8'), times, 200));
    expect(by20?.found).toBeGreaterThan(0.95);
    expect(by20?.median).toBeLessThan(7);
    expect(by5?.found).toBeLessThan(0.7);
  });

  it('a lone burst before shows no cluster: a fault is found later or left open, and never passed', () => {
    const [by20, by5] = [20, 5].map((times) => badStreams(rule('ours'), world('a lone burst before'), times, 100));
    expect(by20).toMatchObject({ found: 1, passed: 0 });
    expect(by5).toMatchObject({ passed: 0 });
  });
});
