/** An expression looked at more of its input than it may. */
export class TooMuchToLookAt extends Error {
  override readonly name = 'TooMuchToLookAt';
}

/**
 * A JSON value as expressions see it: whole numbers are integers, as Kubernetes reads them. Looking at it costs: after `budget` members
 * and list items it throws `TooMuchToLookAt`, wherever the looking goes on. The value itself is never changed.
 */
export const countedValue = (value: unknown, budget: number): unknown => {
  const counted = new Map<object, object>();
  let left = budget;
  const spend = () => {
    left -= 1;
    if (left < 0) throw new TooMuchToLookAt(`it looks at more than ${budget} values`);
  };
  const count = (found: unknown): unknown => {
    if (typeof found === 'number') return Number.isSafeInteger(found) ? BigInt(found) : found;
    if (typeof found !== 'object' || found === null) return found;
    const known = counted.get(found) ?? countMembers(found);
    counted.set(found, known);
    return known;
  };
  // Of a copy, one level deep: what stands for a frozen object would have to be equal to it.
  const countMembers = (found: object): object =>
    new Proxy(Array.isArray(found) ? [...found] : { ...found }, {
      get: (holder, member) => {
        spend();
        const inner: unknown = Reflect.get(holder, member);
        const isLength = Array.isArray(holder) && member === 'length';
        // The rest is how JavaScript tells lists from maps, and goes through them.
        return Object.hasOwn(holder, member) && !isLength ? count(inner) : inner;
      },
      ownKeys: (holder) => {
        spend();
        return Reflect.ownKeys(holder);
      },
    });
  return count(value);
};
