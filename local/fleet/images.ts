import type { Behaviour, BehaviourOf } from './kubernetes/behaviour.ts';

/** A healthy container: there within half a second, ready soon after. */
const healthy: Behaviour = { pull: 'ok', startMs: 400, readyMs: 500 };

/** What images do in the simulated clusters, by digest: the registry of the simulation. */
export interface Images {
  readonly behaviourOf: BehaviourOf;
  /** From now on containers of images with this digest behave so; what is not said is as with a healthy one. */
  publish(digest: string, behaviour: Partial<Behaviour>): void;
}

/**
 * A catalogue of images. An image that was never published is healthy, so that any config can be tried. `keep` is told of every
 * change and `kept` is what it was told last, so that a restart knows the images that were bad.
 */
export const createImages = (
  kept: Readonly<Record<string, Partial<Behaviour>>>,
  keep: (published: Readonly<Record<string, Partial<Behaviour>>>) => void,
): Images => {
  const published: Record<string, Partial<Behaviour>> = { ...kept };
  // By image, as every container and every call to one asks.
  const known = new Map<string, Behaviour>();
  return {
    behaviourOf: (image) => {
      const behaviour = known.get(image) ?? { ...healthy, ...published[image.slice(image.indexOf('@') + 1)] };
      known.set(image, behaviour);
      return behaviour;
    },
    publish: (digest, behaviour) => {
      published[digest] = behaviour;
      known.clear();
      keep(published);
    },
  };
};
