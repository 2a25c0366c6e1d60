import type { ObjectId } from '../rollout/plan.ts';
import { touchObject } from './apply-object.ts';
import type { PendingWrite } from './assess-open-write.ts';
import type { ComparedTarget } from './compare-target.ts';
import { parseObjectId, spoken } from './object-id.ts';
import { type Raised, raiseObject, raiseSet } from './raise-fence.ts';
import type { Writing, Written } from './writing.ts';

type Halted = Exclude<Written, { readonly status: 'answered' }>;

/**
 * Sees to it that nothing of earlier attempts changes the target any more once this one writes. Where the policy is there, each namespace
 * keeps this attempt's token for the set, so that what is older is refused from then on, whatever it is about. What that does not reach
 * (a delete, an object of no namespace, a target without the policy) is stopped by moving its object: what this attempt writes anyway
 * moves by that, and one that it leaves as it is gets its token all the same. Returns why nothing further may be written, if so. Costs
 * nothing where nothing is pending and the lease was given back.
 */
export const fenceOff = async (compared: ComparedTarget, writing: Writing): Promise<Halted | undefined> => {
  const { pending = [], journal, fence, isTakenOver } = writing;
  const places = [...pending.map(placeOf), ...(isTakenOver ? placesOf(compared) : [])];
  const raised = await raiseSets(new Set(places), writing);
  if ('status' in raised) return raised;
  for (const write of pending) {
    const fenced = raised.has(placeOf(write)) ? isRaised : await fenceOne(write, compared, writing);
    if (fenced === undefined || fenced.status === 'not-raised') continue;
    if (fenced.status !== 'raised') return fenced;
    const because = `${spoken(write.id)} was fenced off by token ${fence}`;
    await journal.outcome(write.intent, { status: 'refused', because });
  }
  return undefined;
};

const isRaised: Raised = { status: 'raised' };

/** The set and namespace by which the policy can tell an apply from an older one's; empty where it can not. */
const placeOf = ({ id, verb, set, isBare }: PendingWrite): string => {
  const { namespace } = parseObjectId(id);
  return verb === 'apply' && set !== undefined && namespace !== '' && !isBare ? `${set} ${namespace}` : '';
};

/** Everywhere that members of the sets may be: what an attempt writes that nobody was told of. */
const placesOf = ({ sets }: ComparedTarget): readonly string[] =>
  sets.flatMap(({ id, parent, namespaces }) =>
    [parent.metadata.namespace ?? '', ...namespaces].map((namespace) => `${id} ${namespace}`),
  );

/** The places that now keep our token. */
const raiseSets = async (places: ReadonlySet<string>, writing: Writing): Promise<ReadonlySet<string> | Halted> => {
  const raised = new Set<string>();
  for (const place of places) {
    const [set = '', namespace = ''] = place.split(' ');
    if (place === '') continue;
    const result = await raiseSet({ set, namespace }, writing);
    if (result.status === 'raised') raised.add(place);
    else if (result.status !== 'not-raised') return result;
  }
  return raised;
};

const fenceOne = async (
  { id }: PendingWrite,
  { objects, prunes, kept }: ComparedTarget,
  writing: Writing,
): Promise<Raised | undefined> => {
  const object = objects.find((each) => each.id === id);
  if (object !== undefined) return object.action === 'unchanged' ? touchObject(object, writing) : undefined;
  const member = [...prunes, ...kept].find((each) => each.id === id);
  // Of a parent, a policy or a namespace nothing hangs on who wrote last; what is no longer ours is left alone.
  return member === undefined ? undefined : raiseObject(member, writing);
};

/** What this attempt wrote, or found as it shall be after it was fenced, no earlier one can change any more. */
export const closeOvertaken = async (
  written: readonly ObjectId[],
  { pending = [], journal, fence }: Pick<Writing, 'pending' | 'journal' | 'fence'>,
): Promise<void> => {
  for (const { id, intent } of pending) {
    if (!written.includes(id)) continue;
    await journal.outcome(intent, { status: 'refused', because: `${spoken(id)} was overtaken by token ${fence}` });
  }
};
