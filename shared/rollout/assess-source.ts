import type { End } from './outcome.ts';

/** Ended runs of one source that are looked at, and how many of them may be refused. */
const looked = 4;
const tooMany = 2;

/** Whether a source brings refused releases too often: 2 among its last 4 ended runs. `ends`: newest first. Pure. */
export const isUnsound = (ends: readonly End[]): boolean =>
  ends[0] === 'refused' && ends.slice(0, looked).filter((end) => end === 'refused').length >= tooMany;
