/** As long as task tokens are, here (75) and at AWS (several hundred). */
const LONG = /[A-Za-z0-9_+/-]{70,}={0,2}/g;

/** Names and digests are long, too, and have no letters of both sizes. */
const isOpaque = (text: string): boolean => /[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9]/.test(text);

const HIDDEN = '(not shown)';

/** Names of members that hold what opens something. */
const SECRET = /token|secret|password|authorization|credential/i;

const maskedText = (text: string): string => {
  // Inputs and outputs travel as JSON text, also inside each other.
  const inside = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
  if (inside !== undefined) return JSON.stringify(masked(inside));
  return text.replace(LONG, (found) => (isOpaque(found) ? HIDDEN : found));
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * A value of an execution as people may see it: task tokens and whatever else is long and opaque, and every member whose name says
 * that it is secret, are left out.
 */
export const masked = (value: unknown): unknown => {
  if (typeof value === 'string') return maskedText(value);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      maskedText(name),
      SECRET.test(name) && member !== null && typeof member !== 'boolean' ? HIDDEN : masked(member),
    ]),
  );
};

/** JSON text of an execution, masked and laid out for reading; text that is no JSON is masked as it is. */
export const maskedJson = (text: string): string => {
  const value = parsed(text);
  return value === undefined ? maskedText(text) : JSON.stringify(masked(value), null, 2);
};
