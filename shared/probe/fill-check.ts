import type { Check } from '../rollout/gate.ts';
import { escapeForUrl, fillPlaceholders } from '../rollout/placeholders.ts';
import type { Target } from '../rollout/target.ts';

/** The check as it is made of one target. Throws `PlaceholderUnknown` for what the config's check would have refused. */
export const fillCheck = (check: Check, target: Target): Check => {
  const fill = (text: string) => fillPlaceholders(text, target, escapeForUrl);
  if ('tcp' in check) return { ...check, tcp: fill(check.tcp) };
  if ('tls' in check) return { ...check, tls: fill(check.tls) };
  return { ...check, http: fill(check.http) };
};

/** What is probed, as a person would name it. */
export const addressOf = (check: Check): string => {
  if ('tcp' in check) return `tcp ${check.tcp}`;
  return 'tls' in check ? `tls ${check.tls}` : check.http;
};
