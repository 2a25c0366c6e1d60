import { nearestOf } from '../../shared/fleet/nearest.ts';
import type { RehearsedWave } from './choose-targets.ts';
import type { Scenario, TargetsReference } from './scenario-schema.ts';

const places = ['first', 'second', 'last'];

/** Waves and targets that a scenario names and the config does not have, a sentence each: what is said of them would never happen. Pure. */
export const assessReferences = (
  { faults, people, to, expect }: Pick<Scenario, 'faults' | 'people' | 'to' | 'expect'>,
  targets: readonly { readonly name: string }[],
  waves: readonly RehearsedWave[],
): readonly string[] => {
  const waveNames = [...waves.map(({ name }) => name), ...places];
  const targetNames = targets.map(({ name }) => name);
  const wave = (at: string, name: string | undefined) =>
    name === undefined || waveNames.includes(name) ? [] : [strange(at, 'wave', name, waveNames)];
  const of = (at: string, { wave: named, names = [] }: TargetsReference = {}) => [
    ...wave(`${at}.wave`, named),
    ...names
      .filter((name) => !targetNames.includes(name))
      .map((name) => strange(`${at}.names`, 'target', name, targetNames)),
  ];
  return [
    ...of('to.where', to.where),
    ...faults.flatMap(({ where, when }, at) => [
      ...of(`faults.${at}.where`, where),
      ...wave(`faults.${at}.when.wave`, when.wave),
    ]),
    ...people.acts.flatMap((act, at) => [
      ...wave(`people.acts.${at}.wave`, act.wave),
      ...wave(`people.acts.${at}.when.wave`, act.when.wave),
    ]),
    ...wave('expect.stoppedIn', expect.stoppedIn),
    ...of('expect.untouched', expect.untouched),
    ...of('expect.changed', expect.changed),
  ];
};

const strange = (at: string, what: string, name: string, known: readonly string[]): string => {
  const nearest = nearestOf(name, known);
  const shown = known.length > 20 ? [...known.slice(0, 20), `${known.length - 20} more`] : known;
  const meant = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return `${at}: there is no ${what} ${JSON.stringify(name)}; expected one of ${shown.join(', ')}${meant}`;
};
