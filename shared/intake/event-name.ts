import { createHash } from 'node:crypto';

/**
 * The name of the execution that rolls out `commit` of `repository`: `ro-` and 20 hexadecimal digits of SHA-256. The same merge has the
 * same name however often and by whichever way it is reported, so a repeat starts nothing. Legal for Step Functions, 23 of at most 80
 * characters. Neither the letters' case of the repository's name nor of the commit counts, as at GitHub.
 */
export const executionName = (repository: string, commit: string): string =>
  `ro-${createHash('sha256').update(`${repository}@${commit}`.toLowerCase()).digest('hex').slice(0, 20)}`;
