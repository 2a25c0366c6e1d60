import type { RenderedObject, RenderedTarget } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { CollectedObjects } from './collect-objects.ts';
import { findCollisions } from './find-collisions.ts';
import { type Evaluate, evaluationLimits } from './jsonnet.ts';
import { orderServices } from './order-services.ts';
import { limitReached, RenderFailed, type RenderProblem } from './render-failed.ts';
import { renderService } from './render-service.ts';
import { openRepository, type Repository } from './repository.ts';
import type { ServiceSource } from './service-source.ts';

export interface RenderRequest {
  /** The config repository at the release's commit, by path. Regular files only: a symlink is no file of it. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The services that this target has. */
  readonly services: readonly ServiceSource[];
  readonly target: Target;
}

/** Objects and bytes of JSON that one target may have. */
const targetLimits = { objects: 5_000, bytes: evaluationLimits.maxOutputBytes } as const;

/**
 * Everything that one target shall have, services in the order they are applied. Pure but for `evaluate`: the same files, services
 * and target give the same result. Namespaces are left as written; collisions are judged as if the target's own were filled in.
 * Throws `RenderFailed` with all problems of the target at once. Each jsonnet file may take 10 s and 256 MiB; a target may have
 * 5,000 objects and 20 MB. Whoever renders many targets of one commit opens the repository once and passes it to each.
 */
export const renderTarget = async (
  { files, services, target }: RenderRequest,
  evaluate: Evaluate,
  repository: Repository = openRepository(files),
): Promise<RenderedTarget> => {
  const { ordered, problems } = orderServices(services);
  if (problems.length > 0) throw new RenderFailed(problems);
  const rendered: { readonly service: string; readonly collected: CollectedObjects }[] = [];
  for (const service of ordered) {
    rendered.push({ service: service.name, collected: await renderService(service, target, repository, evaluate) });
  }
  const objects = rendered.flatMap(({ collected }) => collected.objects);
  const found = [
    ...rendered.flatMap(({ collected }) => collected.problems),
    ...findCollisions(objects, target.namespace),
    ...overLimits(objects, target.name),
  ];
  if (found.length > 0) throw new RenderFailed(found);
  return {
    target: target.name,
    services: rendered.map(({ service, collected }) => ({ service, objects: collected.objects })),
  };
};

const overLimits = (objects: readonly RenderedObject[], target: string): readonly RenderProblem[] => {
  const bytes = Buffer.byteLength(JSON.stringify(objects.map(({ object }) => object)));
  const over = (limit: 'objects' | 'output', found: string, allowed: number): RenderProblem =>
    limitReached(limit, `target ${target}`, `${found}; at most ${allowed} are allowed`);
  return [
    ...(objects.length > targetLimits.objects
      ? [over('objects', `${objects.length} objects`, targetLimits.objects)]
      : []),
    ...(bytes > targetLimits.bytes ? [over('output', `${bytes} bytes of JSON`, targetLimits.bytes)] : []),
  ];
};
