import type { Behaviour, BehaviourOf } from './kubernetes/behaviour.ts';

/** A healthy container: there within half a second, ready soon after. */
const healthy: Behaviour = { pull: 'ok', startMs: 400, readyMs: 500 };

/** What images do in the simulated clusters, by digest: the registry of the simulation. */
export interface Images {
  readonly behaviourOf: BehaviourOf;
  /** The same on one target. */
  on(target: string): BehaviourOf;
  /**
   * From now on containers of images with this digest behave so; what is not said is as with a healthy one. With `targets`, on these alone, and
   * a restart does not know of it.
   */
  publish(digest: string, behaviour: Partial<Behaviour>, targets?: readonly string[]): void;
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
  /** By digest and target. */
  const somewhere = new Map<string, Partial<Behaviour>>();
  // By target and image, as every container and every call to one asks.
  const known = new Map<string, Map<string, Behaviour>>();
  const at = (target: string): BehaviourOf => {
    return (image) => {
      const here = known.get(target) ?? new Map<string, Behaviour>();
      known.set(target, here);
      const digest = image.slice(image.indexOf('@') + 1);
      const behaviour = here.get(image) ?? {
        ...healthy,
        ...published[digest],
        ...somewhere.get(`${digest} ${target}`),
      };
      here.set(image, behaviour);
      return behaviour;
    };
  };
  return {
    behaviourOf: at(''),
    on: at,
    publish: (digest, behaviour, targets) => {
      known.clear();
      if (targets !== undefined) {
        for (const target of targets) somewhere.set(`${digest} ${target}`, behaviour);
        return;
      }
      published[digest] = behaviour;
      keep(published);
    },
  };
};
