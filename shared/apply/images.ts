import type { ObjectId } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';
import { listAt, textAt } from './fields.ts';
import { identityOf } from './object-id.ts';
import { podSpecsOf } from './pod-references.ts';

/** An image that could be another one tomorrow. */
export interface UnpinnedImage {
  readonly object: ObjectId;
  readonly container: string;
  readonly image: string;
}

const pinned = /^[^\s@]+@sha256:[0-9a-f]{64}$/;

/** The containers, of whatever pod template, whose image is not named by its digest (`repository@sha256:` and 64 digits). */
export const unpinnedImages = (objects: readonly Manifest[]): readonly UnpinnedImage[] =>
  objects.flatMap((object) =>
    podSpecsOf(object).flatMap((spec) =>
      ['initContainers', 'containers', 'ephemeralContainers']
        .flatMap((list) => listAt(spec, list))
        .map((container) => ({
          object: identityOf(object),
          container: textAt(container, 'name') ?? '',
          image: textAt(container, 'image') ?? '',
        }))
        .filter(({ image }) => !pinned.test(image)),
    ),
  );
