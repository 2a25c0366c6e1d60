/** Requests seen, and those among them that failed. */
export interface Counts {
  readonly requests: number;
  readonly failures: number;
}

/** Numbers that are no counts: a mistake of the caller, never evidence. */
export class CountsInvalid extends Error {
  override readonly name = 'CountsInvalid';
  constructor({ requests, failures }: Counts) {
    super(`counts: ${failures} failures of ${requests} requests; expected whole numbers, 0 <= failures <= requests`);
  }
}

/** Throws `CountsInvalid` unless these are whole numbers of which one is part of the other. */
export const checkCounts = (counts: Counts): void => {
  const { requests, failures } = counts;
  const isSound = Number.isSafeInteger(requests) && Number.isSafeInteger(failures) && failures >= 0;
  if (!isSound || failures > requests) throw new CountsInvalid(counts);
};
