import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { type Anchor, headsAfter, headText } from '../shared/audit/anchor.ts';
import { parseHeads } from '../shared/audit/parse-heads.ts';

/**
 * Heads as lines of a file that is only ever added to. Whoever owns the instance can change it all the same: a copy of it elsewhere is what
 * shows that.
 */
export const fileAnchor = (path: string): Anchor => ({
  put: async (link) => {
    const descriptor = openSync(path, 'a+', 0o600);
    try {
      // One write: of a line that a death cut off nothing is taken for a head, and it takes no other with it.
      writeSync(descriptor, `${isAtLineStart(descriptor) ? '' : '\n'}${headText(link)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  list: async (after, limit) =>
    headsAfter(existsSync(path) ? parseHeads(readFileSync(path, 'utf8')) : [], after, limit),
});

const isAtLineStart = (descriptor: number): boolean => {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size === 0 || (readSync(descriptor, last, 0, 1, size - 1) === 1 && last.toString() === '\n');
};
