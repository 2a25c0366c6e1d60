import { digestOf } from './digest.ts';

/** What stands for a private target where its name would say too much: in the names of rollouts for it alone, and on what they store. */
export const ownerMark = (target: string): string => digestOf(target).slice(7, 15);

/** `ro-1234-0a1b2c3d`: what a rollout is called that brings a private target what another brought the fleet. */
export const followingName = (rollout: string, target: string): string => `${rollout}-${ownerMark(target)}`;

/** The mark of the private target that a rollout is for alone, as its name has it; `undefined` for one of the fleet. Pure. */
export const ownerOf = (rollout: string): string | undefined =>
  /^ro-[0-9a-f]{20}(?:-\d{1,7})*-([0-9a-f]{8})(?:-\d{1,7})*$/.exec(rollout)?.[1];

/**
 * What the executions of a wave are called, before their direction: `ro-1234-staging`. The one wave of a rollout for a private target alone is named
 * after that, and names of executions are listed, logged and traced for everybody: it is `ro-1234-0a1b2c3d-own`. Pure.
 */
export const waveExecution = (rollout: string, wave: string): string =>
  `${rollout}-${ownerOf(rollout) === undefined ? wave : 'own'}`;

/** Whether a text names a rollout for a private target alone. Pure. */
export const namesOwnRollout = (text: string): boolean =>
  /(?<![0-9a-z])ro-[0-9a-f]{20}(?:-\d{1,7})*-[0-9a-f]{8}(?![0-9a-f])/.test(text);

/** `ro-1234-2` is the second try of `ro-1234`. A mark may be eight digits, and no rollout is begun anew ten million times. Pure. */
export const tryOf = (rollout: string): { readonly base: string; readonly number: number } => {
  const [, base = rollout, number = '1'] = /^(.+)-(\d{1,7})$/.exec(rollout) ?? [];
  return { base, number: Number(number) };
};
