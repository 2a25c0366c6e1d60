import type { ObjectId } from '../../rollout/plan.ts';
import { refusedLine } from '../alone-words.ts';
import type { ComparedEach } from '../compare-each.ts';
import { identityOf, spoken } from '../object-id.ts';
import type { Setting } from './setting.ts';

/**
 * Tells of every object that a comparison refuses, of all where it refuses the set as a whole. Kinds that the cluster does not know are
 * said first and together, since they are one mistake: a CRD that is missing.
 */
export const tellRefused = ({ input, telling }: Setting, { refusals, compared, desired }: ComparedEach): void => {
  const sources = new Map(desired.map(({ id, source }) => [id, source]));
  const unknown = refusals.flatMap(({ code, object }) =>
    code === 'UNKNOWN_KIND' && object !== undefined ? [object] : [],
  );
  if (unknown.length > 0) telling.say(unknownKinds(unknown, input.objects.length));
  const isWhole = compared === undefined;
  const [whole] = refusals.filter(({ object }) => object === undefined || !sources.has(object)).concat(refusals);
  for (const refusal of refusals) {
    const { object } = refusal;
    if (object !== undefined && (!isWhole || sources.has(object)))
      telling.tell(refusedLine(object, refusal, sources.get(object)));
  }
  if (!isWhole || whole === undefined) return;
  const known = new Map(desired.map(({ source, id }) => [source, id]));
  for (const { object, source } of input.objects)
    telling.tell(refusedLine(known.get(source) ?? identityOf(object), whole));
  if (input.objects.length === 0)
    telling.tell(refusedLine(whole.object ?? `/ConfigMap/${input.namespace}/${input.set}`, whole));
};

const unknownKinds = (unknown: readonly ObjectId[], all: number): string => {
  const those = unknown.map(spoken).join(', ');
  const rest = all > unknown.length ? `; the other ${all - unknown.length} are applied all the same` : '';
  return `the cluster knows the kinds of ${unknown.length} of ${all} objects neither by itself nor by a CustomResourceDefinition among them: ${those}; install their CRDs first, or leave them out${rest}`;
};
