import { factsOf, type Target } from '../rollout/target.ts';
import { type CollectedObjects, collectObjects } from './collect-objects.ts';
import type { Evaluate } from './jsonnet.ts';
import { pinImages, unusedImages } from './pin-images.ts';
import { problemAt, RenderFailed, type RenderProblem } from './render-failed.ts';
import type { Repository } from './repository.ts';
import { type ServiceSource, sourceFor } from './service-source.ts';

/**
 * The objects of one service on one target, with every problem found in its files; never throws for what they hold. Jsonnet sees
 * the target as `std.extVar('target')` (`TargetFacts`) and the images as `std.extVar('images')`.
 */
export const renderService = async (
  service: ServiceSource,
  target: Target,
  repository: Repository,
  evaluate: Evaluate,
): Promise<CollectedObjects> => {
  const source = sourceFor(service, target);
  if ('manifests' in source) return readManifests(service, source.manifests, repository);
  const entry = source.jsonnet;
  if (!repository.files.has(entry)) {
    return refused([problemAt('SOURCE_MISSING', entry, `service ${service.name} names this file; it is not there`)]);
  }
  try {
    const ext = { target: factsOf(target), images: service.images };
    const json = await evaluate({ files: repository.texts, entry, ext });
    return collectObjects(JSON.parse(json), entry);
  } catch (error) {
    if (error instanceof RenderFailed) return refused(error.problems);
    throw error;
  }
};

const readManifests = (service: ServiceSource, place: string, repository: Repository): CollectedObjects => {
  const found = repository.manifests(place);
  if (found.length === 0) {
    const what = `service ${service.name} names this file or folder; there is no .yaml, .yml or .json of it`;
    return refused([problemAt('SOURCE_MISSING', place, what)]);
  }
  const used = new Set<string>();
  const parts = found.map(({ documents, problems }): CollectedObjects => {
    const collected = documents.map(({ value, source }) => {
      const pinned = pinImages(value, service.images);
      for (const name of pinned.used) used.add(name);
      return collectObjects(pinned.value, source);
    });
    return joined([refused(problems), ...collected]);
  });
  const all = joined(parts);
  return all.problems.length > 0 ? all : joined([all, refused(unusedImages(service.images, used, place))]);
};

const refused = (problems: readonly RenderProblem[]): CollectedObjects => ({ objects: [], problems });

const joined = (parts: readonly CollectedObjects[]): CollectedObjects => ({
  objects: parts.flatMap(({ objects }) => objects),
  problems: parts.flatMap(({ problems }) => problems),
});
