import type { DeploymentResult } from './outcome.ts';
import type { BatchSize, Wave } from './wave.ts';

/** What is known of a wave's deployments when the next batch is asked for. */
export interface BatchFacts {
  /** In the order they are taken. */
  readonly targets: readonly string[];
  readonly results: ReadonlyMap<string, Pick<DeploymentResult, 'outcome' | 'because'>>;
  /** How often a target was handed out already. */
  readonly handed: ReadonlyMap<string, number>;
  /** Targets that may not be entered now. Of those that were handed out nothing is held back any more. */
  readonly held?: ReadonlySet<string>;
  /** Why nothing more may be written, if so. */
  readonly stop?: string;
}

export type NextBatch =
  | { readonly kind: 'batch'; readonly targets: readonly string[] }
  /** Only targets are left that may not be entered now. */
  | { readonly kind: 'waiting'; readonly targets: readonly string[] }
  | { readonly kind: 'deployed'; readonly lost: readonly string[] }
  | { readonly kind: 'failed'; readonly because: string };

/** A target that was handed out this often and has no result is lost: its execution died more than once. */
const handOuts = 2;

const sizeOf = (size: BatchSize, total: number) =>
  typeof size === 'number' ? size : Math.max(1, Math.ceil((Number(size.slice(0, -1)) / 100) * total));

/** The targets cut into batches as configured; the last size repeats until none is left. */
export const cutBatches = (targets: readonly string[], sizes: readonly BatchSize[]): readonly (readonly string[])[] => {
  const batches: (readonly string[])[] = [];
  for (let from = 0; from < targets.length; ) {
    const size = sizeOf(sizes[Math.min(batches.length, sizes.length - 1)] ?? '100%', targets.length);
    batches.push(targets.slice(from, from + Math.max(1, size)));
    from += Math.max(1, size);
  }
  return batches;
};

/**
 * What a wave does next. A stop, or more lost targets than the wave may lose, fails it; else the first batch that is not through is
 * taken, without the targets of it that are; when all are through, the wave is deployed. Targets that may not be entered stand behind
 * the others, so that they hold up nobody and no batch grows for them. Asking twice gives the same answer.
 */
export const nextBatch = (wave: Pick<Wave, 'name' | 'batches' | 'maxFailures'>, facts: BatchFacts): NextBatch => {
  const isLost = (target: string) => {
    const result = facts.results.get(target);
    return result === undefined ? (facts.handed.get(target) ?? 0) >= handOuts : result.outcome !== 'deployed';
  };
  const lost = facts.targets.filter(isLost);
  if (facts.stop !== undefined) return { kind: 'failed', because: facts.stop };
  if (lost.length > wave.maxFailures) {
    const reasons = lost
      .slice(0, 3)
      .map((target) => `${target}: ${facts.results.get(target)?.because ?? 'its deployment ended without a result'}`);
    const more = lost.length > 3 ? ` and ${lost.length - 3} more` : '';
    return {
      kind: 'failed',
      because: `${lost.length} of ${facts.targets.length} targets lost, ${wave.maxFailures} may be: ${reasons.join('; ')}${more}`,
    };
  }
  const isHeld = (target: string) =>
    facts.held?.has(target) === true && !facts.results.has(target) && !facts.handed.has(target);
  const order = [...facts.targets.filter((target) => !isHeld(target)), ...facts.targets.filter(isHeld)];
  for (const batch of cutBatches(order, wave.batches)) {
    const open = batch.filter((target) => !facts.results.has(target) && !isLost(target));
    const free = open.filter((target) => !isHeld(target));
    if (free.length > 0) return { kind: 'batch', targets: free };
    if (open.length > 0) return { kind: 'waiting', targets: order.filter(isHeld) };
  }
  return { kind: 'deployed', lost };
};
