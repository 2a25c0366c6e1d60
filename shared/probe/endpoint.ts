import type { Check } from '../rollout/gate.ts';

/** Host and port of `host:port` or `[address]:port`, which the config's schema has checked. */
export const endpointOf = (hostPort: string): { readonly host: string; readonly port: number } => {
  const colon = hostPort.lastIndexOf(':');
  return { host: hostPort.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(hostPort.slice(colon + 1)) };
};

/** The family a check is bound to, as what opens connections takes it. */
export const familyOf = ({ family }: Pick<Check, 'family'>): Pick<Check, 'family'> =>
  family === undefined ? {} : { family };
