import type { NamedView } from '../console/views/named-deletes.ts';

/** What an approval has to name, as lines: how many, of which kinds, and each object. Pure. */
export const namedLines = ({ count, kinds, objects }: NamedView, indent: string): readonly string[] => [
  `${indent}deletes ${count} ${count === 1 ? 'object' : 'objects'} that only an approval by name lifts: ${kinds.map(({ kind, count: many }) => `${many} ${kind}`).join(', ')}`,
  ...objects.map(
    ({ spoken, action, targets }) =>
      `${indent}  ${spoken}${action === 'recreate' ? ', and makes it anew' : ''}  on ${targets.join(', ')}`,
  ),
];
