import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A guide of `docs/`. */
export const textOf = (guide: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', guide), 'utf8');

const text = textOf('deploy.md');

/** One section of the guide of the first deployment, by its heading. Throws where it has none of that name. */
export const section = (heading: string): string => {
  const at = text.indexOf(`\n## ${heading}\n`);
  if (at < 0) throw new Error(`docs/deploy.md has no section "${heading}"`);
  const end = text.indexOf('\n## ', at + 1);
  return text.slice(at, end < 0 ? undefined : end);
};

/** The one place that a pattern leads to, by its first group, with what stands for values of the reader's own filled in. */
export const quoted = (from: string, pattern: RegExp, values: Readonly<Record<string, string>> = {}): string => {
  const found = pattern.exec(from)?.[1];
  if (found === undefined) throw new Error(`the guide does not say ${pattern}`);
  return Object.entries(values).reduce((filled, [name, value]) => filled.replaceAll(name, value), found);
};
