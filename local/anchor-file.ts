import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { type Anchor, headText } from '../shared/audit/anchor.ts';
import { parseHeads } from '../shared/audit/parse-heads.ts';

/**
 * Heads as lines of a file that is only ever added to. Whoever owns the instance can change it all the same: a copy of it elsewhere is what
 * shows that.
 */
export const fileAnchor = (path: string): Anchor => ({
  put: async (link) => {
    const descriptor = openSync(path, 'a', 0o600);
    try {
      // One write: of a line that a death cut off nothing is taken for a head.
      writeSync(descriptor, `${headText(link)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  list: async () => (existsSync(path) ? parseHeads(readFileSync(path, 'utf8')) : []),
});
