import { expect, test } from 'vitest';
import { type Known, knownIn, placeAlert } from '../../shared/alerts/place-alert.ts';
import type { AlertReport } from '../../shared/rollout/alerts.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Target } from '../../shared/rollout/target.ts';

const target = (name: string, cluster: string, stage: string): Target => ({
  name,
  locator: { gke: { project: 'p', location: 'l', cluster } },
  labels: { stage },
  namespace: 'default',
  allow: [],
});
const known: Known = {
  targets: [target('a', 'one', 'external'), target('b', 'two', 'external'), target('c', 'two', 'staging')],
  waves: new Set(['external']),
  services: new Set(['web']),
  rules: [
    { targets: { stage: 'external' }, labels: { k8s: '{cluster}' } },
    { wave: 'external', labels: { team: 'edge' } },
    { service: 'web', labels: { team: 'edge', job: 'web' } },
    { targets: { stage: 'external' }, labels: { scope: 'all' } },
    { targets: {}, labels: { owner: '{label.owner}' } },
  ],
};
const report = (labels: AlertReport['labels'], place?: AlertReport['place']): AlertReport => ({
  id: '1',
  name: 'Slow',
  status: 'firing',
  labels,
  ...(place === undefined ? {} : { place }),
});
const at = (...names: readonly string[]) => ({ places: names.map((name) => ({ scope: 'target', name })) });
const nowhere = 'and no entry of alerts in the config fits its labels';

test.each<[string, AlertReport, unknown]>([
  ['the target that its label names', report({ target: 'c' }), at('c')],
  [
    'what its sender names',
    report({ target: 'c' }, { scope: 'service', name: 'web' }),
    { places: [{ scope: 'service', name: 'web' }] },
  ],
  ['the target whose cluster its label names', report({ k8s: 'two' }), at('b')],
  [
    'the wave of the first rule that fits',
    report({ team: 'edge', job: 'web' }),
    { places: [{ scope: 'wave', name: 'external' }] },
  ],
  ['every target that a rule means', report({ scope: 'all' }), at('a', 'b')],
  ['what a rule says, where its label target is no name of ours', report({ target: 'http://x', k8s: 'one' }), at('a')],
  [
    'nothing, where a target lacks what is to be filled in',
    report({ owner: '' }),
    { because: `alert "Slow": it has no label target, ${nowhere}` },
  ],
  [
    'nothing, of a target that is not there',
    report({ target: 'd' }),
    { because: `alert "Slow": there is no target "d", which its label target names, ${nowhere}` },
  ],
  [
    'nothing, of a wave that is not there',
    report({}, { scope: 'wave', name: 'x' }),
    { because: 'alert "Slow": there is no wave "x"' },
  ],
  [
    'nothing, by labels that are no members of an object of ours',
    report({ constructor: 'two' }),
    { because: `alert "Slow": it has no label target, ${nowhere}` },
  ],
])('an alert is about %s', (_, alert, placed) => {
  expect(placeAlert(alert, known)).toEqual(placed);
});

test('before anything was released nothing is known', () => {
  expect(placeAlert(report({ target: 'a' }), knownIn([]))).toEqual({
    because: 'alert "Slow": nothing was released yet, so that no target is known',
  });
});

test('names are those of every release that runs, rules those of the newest', () => {
  const release = (name: string, rules: Release['alerts']): Release => ({
    targets: { [name]: { ...target(name, 'one', 's'), rendered: digestOf('m') } },
    waves: [],
    gates: {},
    metrics: {},
    services: { [`of-${name}`]: { onFailure: 'rollback', dependsOn: [], images: {} } },
    deletes: { max: 5, protect: [] },
    settled: [],
    roles: {},
    ...(rules === undefined ? {} : { alerts: rules }),
  });
  const rules = [{ wave: 'w', labels: { x: 'y' } }];
  const all = knownIn([release('new', rules), release('old', [])]);
  expect(all.targets.map(({ name }) => name).sort()).toEqual(['new', 'old']);
  expect([...all.services]).toEqual(['of-new', 'of-old']);
  expect(all.rules).toEqual(rules);
});
