import type { Check } from '../rollout/gate.ts';
import { escapeForUrl, fillPlaceholders } from '../rollout/placeholders.ts';
import type { Target } from '../rollout/target.ts';

/** The check as it is made of one target. Throws `PlaceholderUnknown` for what the config's check would have refused. */
export const fillCheck = (check: Check, target: Target): Check => {
  const fill = (text: string) => fillPlaceholders(text, target, escapeForUrl);
  if ('tcp' in check) return { ...check, tcp: fill(check.tcp) };
  if ('tls' in check)
    return { ...check, tls: fill(check.tls), ...(check.name === undefined ? {} : { name: fill(check.name) }) };
  if ('dns' in check) return { ...check, dns: fill(check.dns) };
  if ('grpc' in check) return { ...check, grpc: fill(check.grpc) };
  if ('ws' in check) return { ...check, ws: fill(check.ws) };
  if ('stream' in check) return { ...check, stream: fill(check.stream) };
  return { ...check, http: fill(check.http) };
};

/** What is probed, as a person would name it. */
export const addressOf = (check: Check): string => {
  const family = check.family === undefined ? '' : ` over IPv${check.family}`;
  return addressWithoutFamily(check) + family;
};

const addressWithoutFamily = (check: Check): string => {
  if ('tcp' in check) return `tcp ${check.tcp}`;
  if ('tls' in check) return `tls ${check.tls}`;
  if ('dns' in check) {
    const type = check.type === undefined ? '' : ` ${check.type}`;
    return `dns ${check.dns}${type}${check.server === undefined ? '' : ` at ${check.server}`}`;
  }
  if ('grpc' in check) return `grpc ${check.grpc}${check.service === '' ? '' : ` ${check.service}`}`;
  if ('ws' in check) return check.ws;
  return 'stream' in check ? `stream ${check.stream}` : check.http;
};
