/** Something that stands on several targets. */
export interface Alike<Item> {
  readonly item: Item;
  readonly targets: readonly string[];
}

/** What is found on targets, each thing once by its key with all its targets, in the order in which they first come. Pure. */
export const gatherAlike = <Item>(
  found: readonly (readonly [target: string, item: Item])[],
  keyOf: (item: Item) => string,
): readonly Alike<Item>[] => {
  const groups = new Map<string, { item: Item; readonly targets: string[] }>();
  for (const [target, item] of found) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { item, targets: [target] });
    else {
      group.item = item;
      group.targets.push(target);
    }
  }
  return [...groups.values()];
};
