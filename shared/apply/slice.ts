import type { InProgress } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { LiveObject } from './live-object.ts';
import type { ObjectFailure } from './refusals.ts';
import type { Evidence } from './settle/gather-evidence.ts';

/** What a slice of work has seen of each object it brought where the plan says: what settling goes by. JSON. */
export type Progress = Readonly<Record<ObjectId, Landed>>;

/** An object as it was when it was written, or found as wanted. `generation` is 0 for kinds that count none. */
export interface Landed {
  readonly uid: string;
  readonly generation: number;
  readonly resourceVersion: string;
}

/** What the API server warned of when it took a write. */
export interface ObjectWarning {
  readonly id: ObjectId;
  readonly text: string;
}

/** How a slice of applying or pruning ended. Only `in-progress` asks for another one. */
export type SliceResult = SliceEnd & { readonly warnings?: readonly ObjectWarning[] };

type SliceEnd =
  | { readonly status: 'done'; readonly progress: Progress }
  | (InProgress & { readonly progress: Progress })
  | {
      readonly status: 'failed';
      readonly progress: Progress;
      readonly because: string;
      readonly objects: readonly ObjectFailure[];
      /** What the cluster says of those that were written and did not become ready. */
      readonly evidence?: readonly Evidence[];
    }
  | { readonly status: 'stopped'; readonly progress: Progress; readonly because: string };

export const landed = ({ metadata }: LiveObject): Landed => ({
  uid: metadata.uid,
  generation: metadata.generation ?? 0,
  resourceVersion: metadata.resourceVersion,
});
