/** The services of the clouds that can be made to fail. */
export type Service = 'aws-sts' | 'eks' | 'google-sts' | 'google-iam' | 'gke' | 'entra' | 'arm';

/** How: 429 or its like, or 503. */
export type Fault = 'throttled' | 'unavailable';

export interface Faults {
  /** The next `times` requests to `service` fail that way. */
  inject(service: Service, fault: Fault, times: number): void;
  /** Every request to `service` fails that way from now on, after those injected; none without `fault`. */
  stand(service: Service, fault?: Fault): void;
  /** The token that the cluster of `target` is shown next is refused from then on, as one whose signing key was rotated. */
  revoke(target: string): void;
  /** The fault of the request that has come, if any; counts it. */
  next(service: Service): Fault | undefined;
  /** Whether a token that is sound otherwise is still taken. */
  takes(target: string, token: string): boolean;
}

export const createFaults = (): Faults => {
  const waiting = new Map<Service, Fault[]>();
  const standing = new Map<Service, Fault>();
  const revoking = new Set<string>();
  const revoked = new Set<string>();
  return {
    inject: (service, fault, times) => {
      waiting.set(service, [...(waiting.get(service) ?? []), ...Array.from({ length: times }, () => fault)]);
    },
    stand: (service, fault) => {
      if (fault === undefined) standing.delete(service);
      else standing.set(service, fault);
    },
    revoke: (target) => {
      revoking.add(target);
    },
    next: (service) => waiting.get(service)?.shift() ?? standing.get(service),
    takes: (target, token) => {
      if (revoking.delete(target)) revoked.add(token);
      return !revoked.has(token);
    },
  };
};
