/** Whether a connection may go to an address, and if not, why. */
export type Assessment = { readonly allowed: true } | { readonly allowed: false; readonly because: string };

/** A range in `allow` that is not one: a mistake in the config, never treated as "no range". */
export class RangeUnreadable extends Error {
  override readonly name = 'RangeUnreadable';
  constructor(range: string) {
    super(`address range ${JSON.stringify(range.slice(0, 100))}: expected CIDR such as 10.0.0.0/8 or fd00::/8`);
  }
}

/** The address a name resolved to, or that was written as the host, is one the egress rules refuse. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
  readonly code = 'ERR_ADDRESS_REFUSED';
  constructor(address: string, because: string) {
    super(
      `address ${address}: ${because}; only public addresses are connected to, or those of the target's allow ranges`,
    );
  }
}

interface Ip {
  readonly width: 32 | 128;
  readonly bits: bigint;
}
interface Range extends Ip {
  readonly prefix: number;
}
interface Refusal {
  readonly range: Range;
  readonly because: string;
  /**
   * `range`: any `allow` entry that holds the address opens it. `exact`: only one that names the one address, since an allowed
   * range was not meant for it. `never`: gives out credentials, so nothing opens it.
   */
  readonly opens: 'range' | 'exact' | 'never';
}

/** Dotted quads without leading zeros only: what `0177.0.0.1` or `127.1` mean differs from parser to parser. */
const parseV4 = (text: string): bigint | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((bits, part) => bits * 256n + BigInt(part), 0n);
};

const parseV6 = (text: string): bigint | undefined => {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const embedded = tail && parseV4(tail[2] ?? '');
  if (tail && embedded === undefined) return undefined;
  const plain = tail
    ? `${tail[1]}${((embedded ?? 0n) >> 16n).toString(16)}:${((embedded ?? 0n) & 0xffffn).toString(16)}`
    : text;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], rest = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...rest];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((bits, group) => bits * 65_536n + BigInt(`0x${group}`), 0n);
};

const V4_MAPPED = 0xffffn << 32n;

/** IPv4 inside `::ffff:0:0/96` is that IPv4 address to every operating system, so it is judged as one. */
const parseIp = (text: string): Ip | undefined => {
  const v4 = parseV4(text);
  if (v4 !== undefined) return { width: 32, bits: v4 };
  const v6 = parseV6(text);
  if (v6 === undefined) return undefined;
  return (v6 >> 32n) << 32n === V4_MAPPED ? { width: 32, bits: v6 & 0xffff_ffffn } : { width: 128, bits: v6 };
};

const parseRange = (text: string): Range => {
  const [address = '', length = '', ...more] = text.split('/');
  const v4 = parseV4(address);
  const bits = v4 ?? parseV6(address);
  const width = v4 === undefined ? 128 : 32;
  if (bits === undefined || more.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > width) {
    throw new RangeUnreadable(text);
  }
  return { width, bits, prefix: Number(length) };
};

const holds = (range: Range, ip: Ip): boolean => {
  const host = BigInt(range.width - range.prefix);
  return range.width === ip.width && range.bits >> host === ip.bits >> host;
};

const refusal = (range: string, because: string, opens: Refusal['opens'] = 'range'): Refusal => ({
  range: parseRange(range),
  because,
  opens,
});

/** IANA special-purpose registries (RFC 6890), and the metadata services of the clouds. First match names the reason. */
const REFUSALS: readonly Refusal[] = [
  refusal('169.254.0.0/16', 'link-local, where metadata services give out credentials', 'never'),
  refusal('168.63.129.16/32', 'the Azure platform service', 'never'),
  refusal('100.100.100.200/32', 'a metadata service', 'never'),
  refusal('192.0.0.192/32', 'a metadata service', 'never'),
  refusal('fd00:ec2::/32', 'the AWS metadata service', 'never'),
  refusal('fd20:ce::254/128', 'the Google metadata service', 'never'),
  refusal('0.0.0.0/8', 'this host', 'exact'),
  refusal('224.0.0.0/3', 'multicast or reserved', 'exact'),
  refusal('127.0.0.0/8', 'loopback'),
  refusal('10.0.0.0/8', 'private'),
  refusal('172.16.0.0/12', 'private'),
  refusal('192.168.0.0/16', 'private'),
  refusal('100.64.0.0/10', 'shared address space'),
  refusal('192.0.0.0/24', 'protocol assignments'),
  refusal('192.0.2.0/24', 'documentation'),
  refusal('192.88.99.0/24', '6to4 relay'),
  refusal('198.18.0.0/15', 'benchmarking'),
  refusal('198.51.100.0/24', 'documentation'),
  refusal('203.0.113.0/24', 'documentation'),
  refusal('::/128', 'this host', 'exact'),
  refusal('::1/128', 'loopback'),
  refusal('::/96', 'IPv4 in IPv6 (compatible form)', 'exact'),
  refusal('64:ff9b::/96', 'IPv4 in IPv6 (NAT64)', 'exact'),
  refusal('64:ff9b:1::/48', 'IPv4 in IPv6 (local NAT64)', 'exact'),
  refusal('2002::/16', 'IPv4 in IPv6 (6to4)', 'exact'),
  refusal('2001::/23', 'protocol assignments, Teredo among them', 'exact'),
  refusal('2001:db8::/32', 'documentation'),
  refusal('3fff::/20', 'documentation'),
  refusal('fe80::/10', 'link-local', 'exact'),
  refusal('ff00::/8', 'multicast', 'exact'),
  refusal('fc00::/7', 'private (unique local)'),
];
const GLOBAL_V6 = parseRange('2000::/3');

/** How many bits stand behind the IPv4 address in what carries one: NAT64 (RFC 6052), 6to4 (RFC 3056), the compatible form. */
const CARRIERS: readonly (readonly [Range, bigint])[] = [
  [parseRange('64:ff9b::/96'), 0n],
  [parseRange('64:ff9b:1::/48'), 0n],
  [parseRange('2002::/16'), 80n],
  [parseRange('::/96'), 0n],
];
const TEREDO = parseRange('2001::/32');

/** The IPv4 address that an IPv6 address leads to by translation or a tunnel. That of Teredo is stored inverted (RFC 4380). */
const carriedBy = (ip: Ip): Ip | undefined => {
  if (ip.width === 32) return undefined;
  if (holds(TEREDO, ip)) return { width: 32, bits: ~ip.bits & 0xffff_ffffn };
  const behind = CARRIERS.find(([range]) => holds(range, ip))?.[1];
  return behind === undefined ? undefined : { width: 32, bits: (ip.bits >> behind) & 0xffff_ffffn };
};

const refusalFor = (ip: Ip): Refusal | undefined => REFUSALS.find(({ range }) => holds(range, ip));

/**
 * Decides about one address in text form, as a resolver or a socket gives it. Public addresses are allowed; any other only when a
 * range of `allow` (CIDR) holds it, and link-local and IPv4-carrying ranges only when an entry names exactly that address (/32 or
 * /128). Metadata services, which give out credentials, are allowed by nothing, in no form. Anything that is not plainly an address is
 * refused. Throws `RangeUnreadable` for a bad `allow`.
 */
export const assessAddress = (address: string, allow: readonly string[] = []): Assessment => {
  const ranges = allow.map(parseRange);
  const ip = parseIp(address);
  if (ip === undefined) return { allowed: false, because: 'not an IP address in its plain form' };
  const found = refusalFor(ip);
  const because = found?.because ?? (ip.width === 128 && !holds(GLOBAL_V6, ip) ? 'not a global address' : undefined);
  if (because === undefined) return { allowed: true };
  const carried = carriedBy(ip);
  const opens = carried !== undefined && refusalFor(carried)?.opens === 'never' ? 'never' : (found?.opens ?? 'range');
  const opened =
    opens !== 'never' &&
    ranges.some((range) => holds(range, ip) && (opens === 'range' || range.prefix === range.width));
  return opened ? { allowed: true } : { allowed: false, because };
};

/** Throws `RangeUnreadable` unless all of `allow` are CIDR ranges: before anything is resolved or connected. */
export const checkRanges = (allow: readonly string[]): void => {
  for (const range of allow) parseRange(range);
};
