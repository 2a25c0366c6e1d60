import { badInput } from './stop.ts';

/** Throws `Stop` for what is neither a commit's full name nor `HEAD`. */
export const requireCommit = (command: string, commit: string): void => {
  if (/^([0-9a-f]{40}|HEAD)$/.test(commit)) return;
  throw badInput(`${command} ${commit}: expected the 40 hexadecimal digits of a merged commit, or HEAD`);
};
