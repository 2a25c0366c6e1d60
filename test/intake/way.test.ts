import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openLoopback } from '../../local/loopback.ts';
import { simulatedNetwork } from '../../local/network.ts';
import { receiveArtifact } from '../../shared/intake/receive-artifact.ts';
import { receiveMerge } from '../../shared/intake/receive-merge.ts';
import { revertPin } from '../../shared/intake/revert-pin.ts';
import { queryAll } from '../../shared/ledger/update.ts';
import type { Http } from '../../shared/outside/http.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { ada, digest, fleetConfig, openPlace, signal, signed } from './place.ts';

const image = `registry.example.com/storage@${digest('c')}`;

const noOther: Http = async (url) => {
  throw new Error(`${url} was asked for`);
};

/** Artifact event, merge, webhook, rollback: all that intake does for one release that went bad. */
const way = async (options: { readonly repository?: string; readonly sockets?: boolean } = {}) => {
  const place = await openPlace(options);
  const routes = [{ host: 'forge.test', handle: (request: Request) => place.forge.handle(request) }];
  const server = options.sockets === true ? await openLoopback(routes, seededRandom('loopback')) : undefined;
  const http = server === undefined ? simulatedNetwork({ routes, fallback: noOther }) : server.http(noOther);
  const outside = { ...place.outside, http };
  await place.forge.seed({ 'fleet.jsonnet': fleetConfig, 'services/storage.jsonnet': '{}\n' }, 'First', ada);
  const proposed = await receiveArtifact(outside, { ...signed({ image }), via: 'http' }, signal);
  const commit = await place.forge.merge(1, ada);
  await place.forge.settled();
  const answers = [];
  for (const delivery of place.delivered) answers.push(await receiveMerge(outside, delivery, signal));
  const reverted = await revertPin(outside, { commit }, signal);
  await place.forge.settled();
  const rows = [
    ...(await queryAll(place.outside.ledger, 'delivery#artifact')),
    ...(await queryAll(place.outside.ledger, 'delivery#merge')),
  ];
  const delivered = place.delivered.map(({ headers, body }) => ({ headers, body: Buffer.from(body).toString() }));
  await server?.close();
  place.close();
  return { proposed, answers, reverted, rows, delivered };
};

describe('the way of a release through intake', () => {
  beforeAll(() => {
    // As virtual mode does, before isomorphic-git looks for them at its first use.
    Reflect.deleteProperty(globalThis, 'CompressionStream');
    Reflect.deleteProperty(globalThis, 'DecompressionStream');
    Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined, configurable: true });
  });

  it('is the same, byte for byte, from the same clock and seed', async () => {
    const first = await way();
    expect(await way()).toEqual(first);
    expect(first.answers.map(({ outcome }) => outcome)).toEqual(['ignored', 'ignored', 'start', 'start']);
  });

  it('is the same over sockets as in this process', async () => {
    expect(await way({ sockets: true })).toEqual(await way());
  });

  it('leaves a repository that stock git finds sound', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'way-'));
    const repository = join(folder, 'config.git');
    await way({ repository });
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: repository, encoding: 'utf8', stdio: 'pipe' }).trim();
    expect(git('fsck', '--strict', '--full')).not.toMatch(/error|missing|broken|warning/);
    expect(git('log', '--first-parent', '--format=%an: %s', 'main').split('\n')).toEqual([
      expect.stringMatching(/^tidegate\[bot\]: Revert [0-9a-f]{12}, which was rolled back$/),
      'Ada: Merge pull request #1 from tidegate/storage-cccccccccccc',
      'Ada: First',
    ]);
    expect(git('diff', '--name-only', 'main', 'main~2')).toBe('');
    rmSync(folder, { recursive: true });
  });
});
