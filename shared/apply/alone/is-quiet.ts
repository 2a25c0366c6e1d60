import type { ComparedTarget } from '../compare-target.ts';
import type { WrittenEach } from './write-each.ts';

/**
 * Whether nobody else can have written to the cluster between the lists that a set was compared by and its last write. A resourceVersion is
 * a revision of all of etcd, and each write is the next one (comparable as numbers: KEP-5504): so when all lists were of one revision,
 * and the newest object that was written is as many revisions later as writes were made, nothing else was. Where one of these does not
 * hold (others write, a kind is kept elsewhere, a write changed nothing), `false`, which costs a look and is never wrong.
 */
export const isQuiet = (
  { seenAt }: Pick<ComparedTarget, 'seenAt'>,
  { lines, landed, writes }: Pick<WrittenEach, 'lines' | 'landed' | 'writes'>,
): boolean => {
  const written = [...lines.values()].filter(({ action }) => action !== 'unchanged');
  const versions = written.map(({ identity }) => Number(landed.get(identity)?.resourceVersion));
  const newest = Math.max(...versions);
  return seenAt !== undefined && seenAt !== '' && newest - Number(seenAt) === writes;
};
