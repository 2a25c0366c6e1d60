/** The candidate that takes the fewest single-letter edits to reach, if it takes no more than a third of the word's letters. */
export const nearestOf = (word: string, candidates: Iterable<string>): string | undefined => {
  const most = Math.max(1, Math.floor(word.length / 3));
  let nearest: string | undefined;
  let fewest = most + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= fewest) continue;
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [nearest, fewest] = [candidate, edits];
  }
  return nearest;
};

/** Levenshtein's distance, with two neighbouring letters that changed places as one edit. */
export const editsBetween = (from: string, to: string): number => {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let at = 0; at < from.length; at += 1) {
    const next = [at + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[at] === to[column - 1] ? 0 : 1);
      const swapped =
        from[at] === to[column - 2] && from[at - 1] === to[column - 1] ? (before[column - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
};
