import { z } from 'zod';
import type { PodsStore } from '../../rollout/metric-source.ts';
import type { Target } from '../../rollout/target.ts';
import { failure, nodata } from '../sample.ts';
import { isHtml, jsonOf, printable, TIMEOUT_MS } from '../stores/ask-store.ts';
import { readCapped } from '../stores/read-capped.ts';
import type { StoreOutside } from '../stores/reading.ts';
import type { ApiServer, StoreTools } from '../stores/store-tools.ts';
import type { Scrape } from './scrape-reader.ts';
import { EXPOSITION_ACCEPT, EXPOSITION_TYPE, expositionOf, MOST_EXPOSED_BYTES } from './scrape-url.ts';

/** More pods than this are a fleet that wants a metric store. */
const MOST_PODS = 200;
/** Pods read at the same time, all of them through one API server. */
const CONCURRENCY = 8;

const pods = z.object({
  metadata: z.object({ continue: z.string().optional() }).default({}),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
      status: z.object({ phase: z.string().optional() }).default({}),
    }),
  ),
});

/**
 * Reads what the running pods of a target expose, each through the API server's proxy, so that nothing but the API server has to be
 * reachable. One pod that can not be read makes all of them unread: a part is not the whole. Needs `list` of `pods` and `get` of
 * `pods/proxy` in their namespace.
 */
export const scrapePods = (
  source: PodsStore,
  target: Target,
  { clock }: Pick<StoreOutside, 'clock'>,
  tools: Pick<StoreTools, 'openTarget'>,
  signal: AbortSignal,
): Scrape => {
  let opened: Promise<ApiServer> | undefined;
  const { labels, namespace = target.namespace, port, path } = source.pods;
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const ask = async (server: ApiServer, from: string, accept: string, until: AbortSignal) => {
    const response = await server.request(from, { headers: { accept }, signal: until });
    const text = await readCapped(response, MOST_EXPOSED_BYTES);
    if (text === undefined) throw new Error(`the answer has more than ${MOST_EXPOSED_BYTES} bytes`);
    return { status: response.status, headers: response.headers, text };
  };
  const readPod = async (server: ApiServer, name: string, until: AbortSignal) => {
    const from = `${base}/${encodeURIComponent(name)}:${port}/proxy${path}`;
    const answer = await ask(server, from, EXPOSITION_ACCEPT, until);
    const type = answer.headers.get('content-type');
    if (answer.status === 200 && type !== null && !EXPOSITION_TYPE.test(type) && !isHtml(answer.text))
      return failure(`pod ${name}: the answer is ${printable(type)}, expected an exposition of metrics`);
    const exposition = expositionOf(answer);
    if ('kind' in exposition) return failure(`pod ${name}: ${exposition.reason}${refusedBy(answer.text)}`);
    return { exposition, at: clock.now() };
  };
  return async () => {
    const late = new AbortController();
    const cancel = clock.after(TIMEOUT_MS, () => late.abort());
    const until = AbortSignal.any([signal, late.signal]);
    try {
      opened ??= tools.openTarget(target, signal);
      const server = await opened;
      const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
      const query = new URLSearchParams({ labelSelector: selector.join(','), limit: String(MOST_PODS) });
      const listed = await ask(server, `${base}?${query}`, 'application/json', until);
      const parsed = pods.safeParse(jsonOf(listed.text));
      if (listed.status !== 200 || !parsed.success)
        return failure(`pods ${selector.join(',')} in ${namespace}: status ${listed.status}${refusedBy(listed.text)}`);
      if (parsed.data.metadata.continue) return failure(`more than ${MOST_PODS} pods have these labels`);
      const running = parsed.data.items.filter(
        ({ metadata, status }) => status.phase === 'Running' && metadata.deletionTimestamp === undefined,
      );
      if (running.length === 0) return nodata(`no running pod in ${namespace} has ${selector.join(',')}`);
      const processes = new Map<
        string,
        { exposition: Extract<Awaited<ReturnType<typeof readPod>>, { at: number }>['exposition']; at: number }
      >();
      for (let from = 0; from < running.length; from += CONCURRENCY) {
        const batch = running.slice(from, from + CONCURRENCY);
        const read = await Promise.all(batch.map(({ metadata }) => readPod(server, metadata.name, until)));
        for (const [index, found] of read.entries()) {
          // Of pods that begin and end there are always some while a wave is deployed: unknown now, and known at the next look.
          if ('kind' in found) return nodata(found.reason);
          processes.set(batch[index]?.metadata.uid ?? '', found);
        }
      }
      return { processes };
    } catch (error) {
      signal.throwIfAborted();
      if (late.signal.aborted) return failure(`not all pods answered within ${TIMEOUT_MS / 1_000} s`);
      return failure(error instanceof Error ? printable(error.message) : printable(String(error)));
    } finally {
      cancel();
    }
  };
};

/** What the API server says in place of the pod. */
const refusedBy = (text: string): string => {
  const status = z.object({ kind: z.literal('Status'), message: z.string() }).safeParse(jsonOf(text));
  return status.success ? `: ${printable(status.data.message)}` : '';
};
