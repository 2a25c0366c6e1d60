import type { AloneInput } from '../../shared/apply/alone/setting.ts';
import type { AloneLine } from '../../shared/apply/alone-words.ts';
import { type AloneResult, applyAlone } from '../../shared/apply/apply-alone.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { isDryRun, isWrite, type RecordedCluster, recordCluster } from './rehearsal.ts';
import type { Server } from './server.ts';

/** How a set that was applied by itself ended, and what it cost. */
export interface Played extends AloneResult {
  readonly lines: readonly AloneLine[];
  readonly said: readonly string[];
  /** `created ConfigMap settings`, with what was waited for; in the order they ended. */
  readonly words: readonly string[];
  /** Requests by what they are, the two of discovery aside. */
  readonly calls: { readonly reads: number; readonly tries: number; readonly writes: number };
  readonly cluster: RecordedCluster;
}

export interface Playing extends Partial<Omit<AloneInput, 'objects'>> {
  readonly cluster?: RecordedCluster;
  readonly interrupted?: AbortSignal;
  /** Told of each line as it comes. */
  readonly line?: (line: AloneLine) => void;
}

/** Applies manifests by themselves, as set `web` and without waiting unless something else is asked for. */
export const playAlone =
  (server: () => Server, namespaceOf: () => string) =>
  async (objects: readonly Manifest[], playing: Playing = {}): Promise<Played> => {
    const { request, clock, drive } = server();
    const {
      cluster = recordCluster(request),
      interrupted = new AbortController().signal,
      line: tell,
      ...input
    } = playing;
    const lines: AloneLine[] = [];
    const said: string[] = [];
    const before = cluster.seen.length;
    const result = await drive(
      applyAlone(
        {
          ...{ set: 'web', namespace: namespaceOf(), dryRun: false, prune: true, wait: false, patienceMs: 30_000 },
          ...input,
          objects: objects.map((object, place) => ({ object, source: `web.yaml:${place + 1}` })),
        },
        { cluster, clock, interrupted },
        { signal: new AbortController().signal, deadline: clock.now() + 600_000 },
        {
          line: (line) => {
            lines.push(line);
            tell?.(line);
          },
          say: (sentence) => said.push(sentence),
        },
      ),
    );
    const seen = cluster.seen.slice(before).filter(({ path }) => path !== '/api' && path !== '/apis');
    return {
      ...result,
      lines,
      said,
      words: lines.map(({ identity, action, status }) => {
        const [, kind, , name] = identity.split('/');
        return [action, kind, name, ...(status === undefined ? [] : [status])].join(' ');
      }),
      calls: {
        reads: seen.filter(({ method }) => method === 'GET').length,
        tries: seen.filter(isDryRun).length,
        writes: seen.filter(isWrite).length,
      },
      cluster,
    };
  };
