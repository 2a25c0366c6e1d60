/** Named in a sentence; the others are counted. */
const named = 5;

/** The first five of a list as a sentence names them: `a, b, c, d, e and 7 more`. */
export const firstOf = (all: readonly string[], between = ', '): string =>
  all.length <= named ? all.join(between) : `${all.slice(0, named).join(between)} and ${all.length - named} more`;
