import { describe, expect, it, test } from 'vitest';
import { assessAddress, RangeUnreadable } from '../../shared/outside/address.ts';

const refused = (because: string) => ({ allowed: false, because });
const allowed = { allowed: true };

const LINK_LOCAL = 'link-local, where metadata services give out credentials';
const ADDRESSES: readonly (readonly [string, string])[] = [
  // IPv4, range by range, first and last address
  ['0.0.0.0', 'this host'],
  ['0.255.255.255', 'this host'],
  ['10.0.0.0', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.0', 'shared address space'],
  ['100.127.255.255', 'shared address space'],
  ['100.100.100.200', 'a metadata service'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.255', 'loopback'],
  ['169.254.169.254', LINK_LOCAL],
  ['169.254.170.2', LINK_LOCAL],
  ['169.254.170.23', LINK_LOCAL],
  ['168.63.129.16', 'the Azure platform service'],
  ['172.16.0.0', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.8', 'protocol assignments'],
  ['192.0.2.1', 'documentation'],
  ['192.88.99.1', '6to4 relay'],
  ['192.168.1.1', 'private'],
  ['198.18.0.1', 'benchmarking'],
  ['198.19.255.255', 'benchmarking'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['224.0.0.1', 'multicast or reserved'],
  ['240.0.0.1', 'multicast or reserved'],
  ['255.255.255.255', 'multicast or reserved'],
  // IPv6
  ['::', 'this host'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['0000:0000:0000:0000:0000:0000:0000:0001', 'loopback'],
  ['fe80::1', 'link-local'],
  ['fc00::1', 'private (unique local)'],
  ['fdff:ffff::1', 'private (unique local)'],
  ['fd00:ec2::254', 'the AWS metadata service'],
  ['FD00:EC2::23', 'the AWS metadata service'],
  ['ff02::1', 'multicast'],
  ['2001::1', 'protocol assignments, Teredo among them'],
  ['2001:db8::1', 'documentation'],
  ['3fff::1', 'documentation'],
  ['4000::1', 'not a global address'],
  ['100::1', 'not a global address'],
  ['fec0::1', 'not a global address'],
  // IPv4 inside IPv6
  ['::ffff:169.254.169.254', LINK_LOCAL],
  ['::ffff:a9fe:a9fe', LINK_LOCAL],
  ['::FFFF:7F00:1', 'loopback'],
  ['0:0:0:0:0:ffff:10.0.0.1', 'private'],
  ['::169.254.169.254', 'IPv4 in IPv6 (compatible form)'],
  ['::a9fe:a9fe', 'IPv4 in IPv6 (compatible form)'],
  ['64:ff9b::a9fe:a9fe', 'IPv4 in IPv6 (NAT64)'],
  ['64:ff9b::169.254.169.254', 'IPv4 in IPv6 (NAT64)'],
  ['64:ff9b:1::a9fe:a9fe', 'IPv4 in IPv6 (local NAT64)'],
  ['2002:a9fe:a9fe::', 'IPv4 in IPv6 (6to4)'],
  ['2002:7f00:1::1', 'IPv4 in IPv6 (6to4)'],
];

test.each(ADDRESSES)('%s is refused as %s', (address, because) => {
  expect(assessAddress(address)).toEqual(refused(because));
});

// What a socket or a URL gives is normalised. Text that only some parsers take for an address is taken by none of ours.
test.each([
  '',
  ' ',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '127.0.0.01',
  '127.0.0.1.',
  ' 127.0.0.1',
  '127.0.0.1 ',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '1.2.3.-4',
  '①②⑦.⓪.⓪.①',
  'localhost',
  'localhost.',
  '8.8.8.8:80',
  '[::1]',
  '::1%lo',
  'fe80::1%eth0',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  '::12345',
  '::ffff:127.1',
  '::ffff:1.2.3.4.5',
  '::g',
  '2606:4700::1::',
  '\u0000',
])('%j is no address and refused', (text) => {
  expect(assessAddress(text)).toEqual(refused('not an IP address in its plain form'));
});

// The forms the URL parser takes for a host: each must come out as the address it stands for, and be refused.
test.each([
  '127.1',
  '0x7f.1',
  '0177.0.0.1',
  '2130706433',
  '0x7f000001',
  '017700000001',
  '127.0.0.1.',
  '①②⑦.⓪.⓪.①',
  '%31%32%37.0.0.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[0:0:0:0:0:ffff:7f00:1]',
  '2852039166',
  '0xA9FEA9FE',
  '169.254.43518',
  '0251.0376.0251.0376',
  '[::ffff:169.254.169.254]',
  '[64:ff9b::169.254.169.254]',
  '[2002:a9fe:a9fe::]',
  '[::169.254.169.254]',
])('a URL with the host %s is refused', (host) => {
  expect(assessAddress(new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '')).allowed).toBe(false);
});

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '168.63.129.15',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
  '2001:4860:4860::8888',
  '::ffff:8.8.8.8',
  '2003::',
])('%s is public', (address) => {
  expect(assessAddress(address)).toEqual(allowed);
});

describe('allowed ranges', () => {
  test.each([
    ['10.1.2.3', ['10.0.0.0/8'], allowed],
    ['10.1.2.3', ['10.1.2.9/24'], allowed],
    ['10.1.2.3', ['192.168.0.0/16', '10.1.2.3/32'], allowed],
    ['10.1.3.3', ['10.1.2.0/24'], refused('private')],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], allowed],
    ['127.0.0.1', ['127.0.0.0/8'], allowed],
    ['::1', ['::1/128'], allowed],
    ['fd12::1', ['fd12::/16'], allowed],
    ['10.0.0.1', ['::/0'], refused('private')],
    ['10.0.0.1', ['0.0.0.0/0'], allowed],
    // What gives out credentials opens for its exact address only.
    ['169.254.169.254', ['0.0.0.0/0'], refused(LINK_LOCAL)],
    ['169.254.169.254', ['169.254.0.0/16'], refused(LINK_LOCAL)],
    // Metadata services give out credentials: nothing opens them, in no form.
    ['169.254.169.254', ['169.254.169.254/32'], refused(LINK_LOCAL)],
    ['::ffff:169.254.169.254', ['169.254.169.254/32'], refused(LINK_LOCAL)],
    ['169.254.170.2', ['169.254.170.2/32'], refused(LINK_LOCAL)],
    ['168.63.129.16', ['168.63.129.16/32'], refused('the Azure platform service')],
    ['100.100.100.200', ['100.100.100.200/32'], refused('a metadata service')],
    ['192.0.0.192', ['192.0.0.192/32'], refused('a metadata service')],
    ['fd20:ce::254', ['fd20:ce::254/128'], refused('the Google metadata service')],
    ['fd00:ec2::254', ['fd00:ec2::254/128'], refused('the AWS metadata service')],
    ['64:ff9b::a9fe:a9fe', ['64:ff9b::a9fe:a9fe/128'], refused('IPv4 in IPv6 (NAT64)')],
    ['64:ff9b:1::a9fe:a9fe', ['64:ff9b:1::a9fe:a9fe/128'], refused('IPv4 in IPv6 (local NAT64)')],
    ['2002:a9fe:a9fe::', ['2002:a9fe:a9fe::/128'], refused('IPv4 in IPv6 (6to4)')],
    ['::a9fe:a9fe', ['::a9fe:a9fe/128'], refused('IPv4 in IPv6 (compatible form)')],
    ['2001::5601:5601', ['2001::5601:5601/128'], refused('protocol assignments, Teredo among them')],
    // What carries a private address opens by its exact name.
    ['64:ff9b::a00:1', ['64:ff9b::a00:1/128'], allowed],
    ['fe80::1', ['fe80::1/128'], allowed],
    ['fe80::1', ['fe80::/10'], refused('link-local')],
    ['168.63.129.16', ['168.0.0.0/8'], refused('the Azure platform service')],
    ['fd00:ec2::254', ['fd00::/8'], refused('the AWS metadata service')],
    ['64:ff9b::a00:1', ['10.0.0.0/8', '::/0'], refused('IPv4 in IPv6 (NAT64)')],
  ])('%s with %j', (address, allow, expected) => {
    expect(assessAddress(address, allow)).toEqual(expected);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10/8', 'fd00::/129', '10.0.0.0/8/8', '10.0.0.0/-1', 'private', ''])(
    'are not guessed at: %j is an error',
    (range) => {
      expect(() => assessAddress('8.8.8.8', [range])).toThrow(RangeUnreadable);
    },
  );
});
