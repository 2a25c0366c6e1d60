import type { Target } from '../rollout/target.ts';
import type { WaveEntry } from './config.ts';
import type { Entries, Section } from './entries.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';
import { selectTargets } from './targets.ts';

/** What is wrong between waves and the targets, gates and roles they name. `targets`: absent where not all are sound. */
export const checkWaves = (entries: Entries, targets: readonly Target[] | undefined): readonly Finding[] => [
  ...checkNames(entries.waves.sound),
  ...[...entries.waves.sound].flatMap(([index, wave]) => [
    ...checkGateNames(index, wave, entries.gates.names),
    ...checkApproval(['waves', index, 'approval'], wave.approval, entries.roles),
  ]),
  ...(targets === undefined ? [] : checkMembers(entries.waves, targets)),
];

const checkNames = (waves: ReadonlyMap<string, WaveEntry>): readonly Finding[] => {
  const first = new Map<string, string>();
  return [...waves].flatMap(([index, { name }]) => {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    const what = `wave ${earlier ?? ''} is named ${JSON.stringify(name)} too`;
    const finding = { code: 'DUP_NAME', path: pointerOf(['waves', index, 'name']), what };
    return earlier === undefined ? [] : [{ ...finding, expected: 'a name of its own for each wave' }];
  });
};

const checkGateNames = (index: string, wave: WaveEntry, names: ReadonlySet<string>): readonly Finding[] =>
  wave.gates.flatMap((gate, at) => {
    const path = pointerOf(['waves', index, 'gates', at]);
    if (wave.gates.indexOf(gate) < at) {
      const what = `gate ${JSON.stringify(gate)} is named twice`;
      return [{ code: 'DUP_NAME', path, what, expected: 'each gate once' }];
    }
    return names.has(gate)
      ? []
      : [unknownEntry('UNKNOWN_GATE', path, `gate ${JSON.stringify(gate)}`, 'gates', gate, names)];
  });

/** Whether there are people who can approve. */
export const checkApproval = (
  at: readonly PropertyKey[],
  approval: WaveEntry['approval'],
  roles: Entries['roles'],
): readonly Finding[] => {
  if (approval === undefined) return [];
  const strangers = unknownRoles([...at, 'roles'], approval.roles, roles);
  const people = new Set(approval.roles.flatMap((role) => roles.get(role) ?? []));
  if (strangers.length > 0 || people.size >= approval.people) return strangers;
  const path = pointerOf(at);
  const what = `${approval.people} must approve and ${people.size} hold ${approval.roles.join(' or ')}`;
  return [{ code: 'APPROVAL_IMPOSSIBLE', path, what, expected: 'at least as many people as must approve' }];
};

/** Roles that the config does not have: a typing error would keep something to nobody. `at` leads to the list of them. */
export const unknownRoles = (
  at: readonly PropertyKey[],
  roles: readonly string[],
  known: Entries['roles'],
): readonly Finding[] => {
  const names = new Set(known.keys());
  return roles.flatMap((role, place) =>
    names.has(role)
      ? []
      : [unknownEntry('UNKNOWN_ROLE', pointerOf([...at, place]), `role ${JSON.stringify(role)}`, 'roles', role, names)],
  );
};

/** A name that leads nowhere in its section, with the nearest that does. */
export const unknownEntry = (
  code: string,
  path: string,
  subject: string,
  section: string,
  word: string,
  names: ReadonlySet<string>,
): Finding => {
  const nearest = nearestOf(word, names);
  const finding = { code, path, what: `there is no ${subject}`, expected: `a name of ${section}` };
  return nearest === undefined ? finding : { ...finding, nearest };
};

const checkMembers = (waves: Section<WaveEntry>, targets: readonly Target[]): readonly Finding[] => {
  const wavesOf = new Map<string, string[]>(targets.map((target) => [target.name, []]));
  const findings: Finding[] = [];
  for (const [index, wave] of waves.sound) {
    const members = selectTargets(wave.targets, targets);
    for (const { name } of members) wavesOf.get(name)?.push(wave.name);
    if (members.length === 0) {
      const what = `wave ${wave.name}: no target has ${JSON.stringify(wave.targets)}`;
      const path = pointerOf(['waves', index, 'targets']);
      findings.push({ code: 'WAVE_EMPTY', path, what, expected: 'labels that at least one target has' });
    } else if (wave.maxFailures >= members.length) {
      const what = `wave ${wave.name} has ${members.length} targets and bears the loss of ${wave.maxFailures}`;
      const path = pointerOf(['waves', index, 'maxFailures']);
      findings.push({ code: 'WAVE_UNPROTECTED', path, what, expected: 'fewer failures than the wave has targets' });
    }
  }
  for (const [name, found] of wavesOf) {
    const path = pointerOf(['targets', name]);
    if (found.length > 1) {
      const what = `target ${name} is in the waves ${found.join(' and ')}`;
      findings.push({ code: 'TARGET_IN_TWO_WAVES', path, what, expected: 'one wave for each target', at: 'key' });
    } else if (found.length === 0 && waves.whole) {
      const what = `target ${name} is in no wave and would never be released to`;
      findings.push({ code: 'TARGET_IN_NO_WAVE', path, what, expected: 'one wave for each target', at: 'key' });
    }
  }
  return findings;
};
