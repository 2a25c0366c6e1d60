import { domainToASCII } from 'node:url';
import type { ProbeKind } from '../shared/probe/attempt-check.ts';
import type { Check } from '../shared/rollout/gate.ts';
import { badInput } from './stop.ts';

const kinds = ['dns', 'tcp', 'tls', 'http', 'grpc', 'ws'] as const satisfies readonly ProbeKind[];
type Kind = (typeof kinds)[number];

const schemes: Readonly<Record<string, Kind>> = { 'http:': 'http', 'https:': 'http', 'ws:': 'ws', 'wss:': 'ws' };

/**
 * The check that `tidegate probe` makes of `URL|host:port`. The kind is that of the URL; `host:port` is a TCP connection unless a
 * kind says more. A gRPC server is asked in the clear unless its address is a URL with https. Throws `Stop`.
 */
export const checkOf = (address: string, asked: string | undefined): Check => {
  if (asked !== undefined && !kinds.some((kind) => kind === asked)) {
    throw badInput(`--kind ${asked}: expected one of ${kinds.join(', ')}`);
  }
  const url = address.includes('://') ? URL.parse(address) : null;
  if (address.includes('://')) {
    if (url === null || schemes[url.protocol] === undefined) {
      throw badInput(`${address}: expected a URL with http, https, ws or wss, or host:port`);
    }
    if (url.port === '0') throw badInput(`${address}: port 0 is none; expected 1 to 65535`);
    if (url.username !== '' || url.password !== '')
      throw badInput('the URL holds credentials, which a probe never sends');
  }
  const kind = asked ?? (url === null ? 'tcp' : schemes[url.protocol]);
  if (kind === 'dns') {
    const name = url === null ? domainToASCII(address.replace(/:\d+$/, '')) : url.hostname;
    if (name === '') throw badInput(`${address}: expected a name to look up`);
    return { dns: name };
  }
  if (kind === 'http' || kind === 'ws') return urlCheck(kind, url, address);
  const isSecure = url?.protocol === 'https:' || url?.protocol === 'wss:';
  const place = hostPortOf(url === null ? address : `${url.hostname}:${url.port || (isSecure ? 443 : 80)}`);
  if (place === undefined) throw badInput(`${address}: expected host:port, the port from 1 to 65535`);
  if (kind === 'tls') return { tls: place, minDaysLeft: 0 };
  return kind === 'grpc' ? { grpc: place, service: '', secure: isSecure } : { tcp: place };
};

/** Host and port as they are dialled, names of other alphabets as the DNS has them; `undefined` for what is none. */
const hostPortOf = (text: string): string | undefined => {
  const [, host = '', port] = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@?#[\]%]+):(\d{1,5})$/.exec(text) ?? [];
  const name = host.startsWith('[') ? host : domainToASCII(host);
  return name === '' || Number(port) < 1 || Number(port) > 65_535 ? undefined : `${name}:${port}`;
};

const urlCheck = (kind: 'http' | 'ws', url: URL | null, address: string): Check => {
  const scheme = kind === 'http' ? /^https?:$/ : /^wss?:$/;
  const meant = url ?? URL.parse(`${kind}://${address}`);
  if (meant === null || !scheme.test(meant.protocol)) throw badInput(`${address}: expected a URL for --kind ${kind}`);
  return kind === 'http' ? { http: meant.href, status: success } : { ws: meant.href };
};

/** Without a list of its own a probe passes by any status that means success. */
const success: readonly number[] = Array.from({ length: 100 }, (_, index) => 200 + index);
