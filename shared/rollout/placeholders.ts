import { factsOf, type Target } from './target.ts';

/** What the text of a gate may leave to be filled in per target; `label.NAME` stands for any label. */
export const PLACEHOLDERS = ['target', 'region', 'cluster', 'account', 'namespace', 'label.NAME'] as const;

/**
 * `{word}` in the text of a gate. PromQL writes label matchers in braces, but never a bare word, and `\p{L}` in its regular
 * expressions is not one of ours.
 */
const PLACEHOLDER = /(?<!\\[pP])\{([A-Za-z_][A-Za-z0-9_./-]*)\}/g;

/** The placeholders of a text without their braces, each once, whether they are known or not. */
export const placeholdersOf = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '')),
];

/** What a placeholder stands for on a target; `undefined` where it is not known or the target lacks the label. */
export const placeholderValue = (placeholder: string, target: Target): string | undefined => {
  const { name, region, cluster, account, namespace, labels } = factsOf(target);
  if (placeholder.startsWith('label.')) {
    const label = placeholder.slice('label.'.length);
    return Object.hasOwn(labels, label) ? labels[label] : undefined;
  }
  const known: Readonly<Record<string, string>> = { target: name, region, cluster, account, namespace };
  const value = Object.hasOwn(known, placeholder) ? known[placeholder] : undefined;
  return value === '' ? undefined : value;
};

/** How a value is written so that it can not change the meaning of the text around it. `before`: the text up to the placeholder. */
export type Escape = (value: string, before: string) => string;

/** For the host or the path of a URL, and for host:port: everything but letters, digits and `-._~` is percent-encoded (RFC 3986, 2.3). */
export const escapeForUrl: Escape = (value) =>
  encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** A placeholder that a target has no value for: the config's check finds these before anything is released. */
export class PlaceholderUnknown extends Error {
  override readonly name = 'PlaceholderUnknown';
  constructor(placeholder: string, target: string) {
    super(`placeholder {${placeholder}}: ${target} has no value for it; expected one of ${PLACEHOLDERS.join(', ')}`);
  }
}

/** The text with every placeholder filled in from the target. Throws `PlaceholderUnknown`. */
export const fillPlaceholders = (text: string, target: Target, escaped: Escape): string =>
  text.replace(PLACEHOLDER, (_, placeholder: string, at: number) => {
    const value = placeholderValue(placeholder, target);
    if (value === undefined) throw new PlaceholderUnknown(placeholder, target.name);
    return escaped(value, text.slice(0, at));
  });
