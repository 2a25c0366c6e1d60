import type { RenderedTarget, ServicePolicy } from '../rollout/release.ts';

/**
 * What a target shall have on the way back: of each service what it had before, except of those whose failure is held or borne, which
 * keep what the release brought. A service that the release brought first is gone again. Pure.
 */
export const renderedBack = (
  now: RenderedTarget,
  before: RenderedTarget,
  policies: Readonly<Record<string, ServicePolicy>>,
): RenderedTarget => {
  const keeps = (service: string) => policies[service] !== undefined && policies[service].onFailure !== 'rollback';
  const kept = now.services.filter(({ service }) => keeps(service));
  const restored = before.services.filter(({ service }) => !keeps(service));
  const order = [...before.services, ...now.services].map(({ service }) => service);
  const services = [...restored, ...kept].sort((a, b) => order.indexOf(a.service) - order.indexOf(b.service));
  return { target: now.target, services };
};
