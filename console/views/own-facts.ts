import { factsOf, type Target } from '../../shared/rollout/target.ts';

/** Text with the facts of one target replaced by placeholders, so that the same text of two targets can be found to be the same. */
export type Generalise = (text: string) => string;

/** Shorter values would replace parts of words that mean something else. */
const shortest = 4;

/** How text of this target is made general. The longest value first, so that a name that holds the region is replaced as a whole. */
export const generaliser = (target: Target): Generalise => {
  const { name, region, cluster, account } = factsOf(target);
  const facts = [
    [name, '{target}'],
    [region, '{region}'],
    [cluster, '{cluster}'],
    [account, '{account}'],
  ] as const;
  const replaced = facts.filter(([value]) => value.length >= shortest).toSorted(([a], [b]) => b.length - a.length);
  return (text) => replaced.reduce((result, [value, placeholder]) => result.replaceAll(value, placeholder), text);
};
