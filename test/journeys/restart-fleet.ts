import { createHash } from 'node:crypto';
import { threeServices } from '../apply/restarts/three-services.ts';
import { fleetConfig } from './fleet-config.ts';

/** The digest under which the simulated registry knows a version of a service. */
export const digestOf = (service: string, version: string): string =>
  `sha256:${createHash('sha256').update(`${service} ${version}`).digest('hex')}`;

const pinned = (text: string, version: string): string =>
  text.replaceAll(/registry\.example\.com\/([a-z]+)(-[a-z])?:v\d+/g, (_, service: string) => {
    return `registry.example.com/${service}@${digestOf(service, version)}`;
  });

/** The manifests of the three services at a version, a file each. */
export const threeFiles = (version: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    threeServices(version).services.map(({ service, objects }) => [
      `services/${service}.json`,
      pinned(
        JSON.stringify(
          objects.map(({ object }) => object),
          null,
          2,
        ),
        version,
      ),
    ]),
  );

const manifests = (service: string, more: object = {}) => ({ manifests: `services/${service}.json`, ...more });

/** A fleet of two targets in two waves, with the order that the three services depend on each other in, or without. */
export const threeConfig = (isOrdered: boolean): string => {
  const { targets, waves } = JSON.parse(fleetConfig('v1'));
  const after = (service: string) => (isOrdered ? { dependsOn: [service] } : {});
  return fleetConfig('v1', {
    services: {
      index: manifests('index'),
      storage: manifests('storage', after('index')),
      gateway: manifests('gateway', after('storage')),
    },
    targets: { 'eks-staging': targets['eks-staging'], 'eks-internal': targets['eks-internal'] },
    waves: waves.slice(0, 2).map((wave: object) => ({ ...wave, soak: '1m' })),
  });
};
