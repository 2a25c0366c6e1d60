/** Host and port of `host:port` or `[address]:port`, which the config's schema has checked. */
export const endpointOf = (hostPort: string): { readonly host: string; readonly port: number } => {
  const colon = hostPort.lastIndexOf(':');
  return { host: hostPort.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(hostPort.slice(colon + 1)) };
};
