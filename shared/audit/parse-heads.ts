import * as z from 'zod/mini';
import { givenHead } from './evidence.ts';
import type { Head } from './link.ts';

/** Heads of a text with one on each line, each once. What is no head, as a line that was cut off, is passed over. Pure. */
export const parseHeads = (text: string): readonly Head[] => {
  const found = new Map<string, Head>();
  for (const line of text.split('\n')) {
    const head = z.safeParse(givenHead, parsed(line)).data;
    if (head !== undefined && !found.has(`${head.sequence} ${head.link}`)) {
      found.set(`${head.sequence} ${head.link}`, head);
    }
  }
  return [...found.values()].sort((a, b) => a.sequence - b.sequence);
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
