import { problemAt, type RenderProblem } from './render-failed.ts';
import type { ServiceSource } from './service-source.ts';

type Dependent = Pick<ServiceSource, 'name' | 'dependsOn'>;

export interface OrderedServices<S extends Dependent> {
  readonly ordered: readonly S[];
  readonly problems: readonly RenderProblem[];
}

/**
 * Services so that each stands after all it depends on; where that leaves a choice, by name. Whatever the order they are given in,
 * the result is the same. A dependency that is not there, or on itself through others, is a problem, and the order is empty.
 */
export const orderServices = <S extends Dependent>(services: readonly S[]): OrderedServices<S> => {
  const names = new Set(services.map(({ name }) => name));
  const unknown = services.flatMap(({ name, dependsOn }) =>
    dependsOn
      .filter((needed) => !names.has(needed))
      .map((needed) =>
        problemAt('DEPENDENCY_UNKNOWN', `service ${name}`, `dependsOn names ${needed}, which is no service here`),
      ),
  );
  if (unknown.length > 0) return { ordered: [], problems: unknown };
  const ordered: S[] = [];
  let waiting = services.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  while (waiting.length > 0) {
    const done = new Set(ordered.map(({ name }) => name));
    const next = waiting.find(({ dependsOn }) => dependsOn.every((needed) => done.has(needed)));
    if (next === undefined) {
      const circle = waiting.map(({ name }) => name).join(', ');
      return {
        ordered: [],
        problems: [problemAt('DEPENDENCY_CYCLE', 'services', `${circle}: dependsOn leads in a circle`)],
      };
    }
    ordered.push(next);
    waiting = waiting.filter((service) => service !== next);
  }
  return { ordered, problems: [] };
};
