import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import workerThreads from 'node:worker_threads';
import zlib from 'node:zlib';
import { replaceProperty, type Undo, undoAll } from './replacement.ts';

/** Something was about to happen outside this one thread, where its order could not be repeated. */
export class NotInVirtualMode extends Error {
  override readonly name = 'NotInVirtualMode';
  constructor(what: string, called: string, instead: string) {
    super(`virtual mode has no ${what}: ${called} was called; ${instead}`);
  }
}

interface Forbidden {
  readonly what: string;
  readonly instead: string;
  readonly from: object;
  readonly label: string;
  readonly members: readonly string[];
}

const IN_PROCESS = 'give the caller an in-process transport';
const SOCKETS = { what: 'sockets', instead: IN_PROCESS };
const PROCESSES = { what: 'child processes', instead: 'do it in this thread' };
const POOL = { what: 'thread pool', instead: 'use the synchronous function' };

const FORBIDDEN: readonly Forbidden[] = [
  { ...SOCKETS, from: net, label: 'net', members: ['connect', 'createConnection', 'createServer'] },
  { ...SOCKETS, from: net.Socket.prototype, label: 'net.Socket', members: ['connect'] },
  { ...SOCKETS, from: tls, label: 'tls', members: ['connect', 'createServer'] },
  { ...SOCKETS, from: http, label: 'http', members: ['request', 'get', 'createServer'] },
  { ...SOCKETS, from: https, label: 'https', members: ['request', 'get', 'createServer'] },
  { ...SOCKETS, from: http2, label: 'http2', members: ['connect', 'createServer', 'createSecureServer'] },
  { ...SOCKETS, from: dgram, label: 'dgram', members: ['createSocket'] },
  { ...SOCKETS, from: dns, label: 'dns', members: ['lookup', 'resolve', 'resolve4', 'resolve6'] },
  { ...SOCKETS, from: dns.promises, label: 'dns.promises', members: ['lookup', 'resolve', 'resolve4', 'resolve6'] },
  { ...SOCKETS, from: globalThis, label: 'globalThis', members: ['fetch', 'WebSocket'] },
  {
    ...PROCESSES,
    from: childProcess,
    label: 'child_process',
    members: ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'],
  },
  { ...PROCESSES, what: 'workers', from: workerThreads, label: 'worker_threads', members: ['Worker'] },
  {
    ...POOL,
    from: zlib,
    label: 'zlib',
    members: [
      'deflate',
      'inflate',
      'gzip',
      'gunzip',
      'deflateRaw',
      'inflateRaw',
      'unzip',
      'brotliCompress',
      'brotliDecompress',
    ],
  },
];

const refusing = ({ what, instead, label }: Forbidden, member: string) =>
  function refuse(): never {
    throw new NotInVirtualMode(what, `${label}.${member}`, instead);
  };

/**
 * Makes every way out of this thread throw `NotInVirtualMode`: sockets, name resolution, child processes, workers, compression
 * in the thread pool. Hides the compression streams, which packages try and do without.
 */
export const forbidOtherThreads = (): Undo =>
  undoAll([
    ...FORBIDDEN.flatMap((entry) =>
      entry.members.map((member) => replaceProperty(entry.from, member, refusing(entry, member))),
    ),
    replaceProperty(globalThis, 'CompressionStream', undefined),
    replaceProperty(globalThis, 'DecompressionStream', undefined),
  ]);
