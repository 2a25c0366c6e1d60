import type { Entry } from './config-clone.ts';

type Files = ReadonlyMap<string, Entry>;

/** One file of the commit to take back, and what became of it later. */
export interface Touched {
  readonly path: string;
  /** `untouched`: it is as the commit left it. `restored`: it is as before the commit. `changed`: neither. */
  readonly since: 'untouched' | 'restored' | 'changed';
}

const same = (a: Entry | undefined, b: Entry | undefined): boolean => a?.oid === b?.oid && a?.mode === b?.mode;

/** The files that differ between a commit and its first parent, and how the head has them now; by path. */
export const planRevert = (before: Files, commit: Files, head: Files): readonly Touched[] =>
  [...new Set([...before.keys(), ...commit.keys()])]
    .filter((path) => !same(before.get(path), commit.get(path)))
    .sort()
    .map((path) => {
      if (same(head.get(path), commit.get(path))) return { path, since: 'untouched' };
      return { path, since: same(head.get(path), before.get(path)) ? 'restored' : 'changed' };
    });
