import { factsOf, type Target } from './target.ts';

/** Labels that must all be equal. `name`, `provider` and `region` are asked for like labels; `{}` is every target. */
export type Selector = Readonly<Record<string, string>>;

/** Whether a target is one that the selector asks for. What is known from its locator counts before a label of that name. */
export const selects = (selector: Selector, target: Target): boolean => {
  const { name, provider, region } = factsOf(target);
  const known = { ...target.labels, name, provider, ...(region === '' ? {} : { region }) };
  return Object.entries(selector).every(([label, value]) => Reflect.get(known, label) === value);
};
