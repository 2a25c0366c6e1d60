import { Unreachable } from '../../shared/outside/http.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Route } from '../network.ts';
import { createFlagdFiles, type FlagdFiles } from './flagd-files.ts';

/** What goes wrong with flags: their store does not answer, or the flagd of a target does not. */
export interface FlagFaults {
  storeDown(down: boolean): void;
  readDown(target: string, down: boolean): void;
  /** The flagd of a target no longer learns of changes, and serves what it has. */
  stale(target: string, isStale: boolean): void;
}

/** Feature flags of a simulated fleet: their store, and the flagd in every target that serves them. */
export interface FlagServices extends FlagFaults {
  readonly files: FlagdFiles;
  routes(targets: readonly Target[]): readonly Route[];
  /** What the code in a target is given; `undefined` where there is no such flag. */
  valueOn(target: Pick<Target, 'name' | 'labels'>, key: string): unknown;
}

/** The flagd of a target answers here; its file is that of its label `stage`. */
const readSuffix = '.flags.example.com';

/** Puts the simulated services of flags together. `keep` is told of every change of a file, and `kept` is what it was told last. */
export const createFlagServices = (
  kept: Readonly<Record<string, string>>,
  keep: (files: Readonly<Record<string, string>>) => void,
): FlagServices => {
  const files = createFlagdFiles(kept, keep);
  const state = { isStoreDown: false, down: new Set<string>(), stale: new Map<string, Map<string, unknown>>() };
  const found = ({ name, labels }: Pick<Target, 'name' | 'labels'>, key: string) => {
    const fresh = files.valueIn(labels.stage ?? '', key);
    const frozen = state.stale.get(name);
    if (frozen === undefined) return fresh;
    if (!frozen.has(key)) frozen.set(key, fresh);
    return frozen.get(key) as typeof fresh;
  };
  const answer = async (request: Request, target: Target): Promise<Response> => {
    if (state.down.has(target.name))
      throw new Unreachable(`flagd of ${target.name}`, 'connect_refused', 'nothing listens there (simulated)');
    const [, key = ''] = /^\/ofrep\/v1\/evaluate\/flags\/([^/]+)$/.exec(new URL(request.url).pathname) ?? [];
    const value = found(target, key);
    if (request.method !== 'POST' || value === undefined) {
      return Response.json(
        { key, errorCode: 'FLAG_NOT_FOUND', errorDetails: `flag ${key} not found` },
        { status: 404 },
      );
    }
    return Response.json({ key, ...value, metadata: {} });
  };
  return {
    files,
    storeDown: (down) => {
      state.isStoreDown = down;
    },
    readDown: (target, down) => {
      if (down) state.down.add(target);
      else state.down.delete(target);
    },
    stale: (target, isStale) => {
      if (isStale) state.stale.set(target, new Map());
      else state.stale.delete(target);
    },
    valueOn: (target, key) => found(target, key)?.value,
    // Without simulated targets nothing of flags is simulated either, and a bucket is a real one.
    routes: (targets) =>
      targets.length === 0
        ? []
        : [
            {
              host: '*.s3.us-east-1.amazonaws.com',
              handle: async (request) => {
                if (state.isStoreDown) throw new Unreachable('S3', 'connect_timeout', 'it does not answer (simulated)');
                return files.handle(request);
              },
            },
            ...targets.map(
              (target): Route => ({
                host: `${target.name}${readSuffix}`,
                handle: (request) => answer(request, target),
              }),
            ),
          ],
  };
};
