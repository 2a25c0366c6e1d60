import type { MetricAccess } from '../../rollout/metric-source.ts';
import { failure } from '../sample.ts';
import { fetchStore, isHtml, type StoreAnswer } from '../stores/ask-store.ts';
import type { StoreOutside } from '../stores/reading.ts';
import { type Exposition, ExpositionUnreadable } from './exposition.ts';
import { parseOpenMetrics } from './parse-openmetrics.ts';
import { parseText } from './parse-text.ts';
import type { Scrape } from './scrape-reader.ts';

/** What a process exposes is some 10 kB to 1 MB; of a node some megabytes. */
export const MOST_EXPOSED_BYTES = 16_777_216;

/** What is asked for, as Prometheus does (prometheus.io, "Content negotiation"). */
export const EXPOSITION_ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5';

/** Media types of both text formats. */
export const EXPOSITION_TYPE = /^(text\/plain|application\/openmetrics-text)\b/i;

/** Reads what one URL exposes. */
export const scrapeUrl =
  (source: { readonly scrape: string } & MetricAccess, outside: StoreOutside, signal: AbortSignal): Scrape =>
  async () => {
    const question = {
      url: source.scrape,
      method: 'GET' as const,
      headers: { accept: EXPOSITION_ACCEPT },
      mostBytes: MOST_EXPOSED_BYTES,
      expects: EXPOSITION_TYPE,
    };
    const answer = await fetchStore(source, question, outside, signal);
    if ('failed' in answer) return failure(answer.failed);
    const exposition = expositionOf(answer);
    if ('kind' in exposition) return exposition;
    return { processes: new Map([[source.scrape, { exposition, at: outside.clock.now() }]]) };
  };

/** The exposition an answer holds, by the format it says it has. */
export const expositionOf = ({ status, text, headers }: StoreAnswer): Exposition | ReturnType<typeof failure> => {
  if (status !== 200) return failure(`status ${status}, expected 200`);
  if (isHtml(text)) return failure('a web page, expected an exposition of metrics');
  const isOpenMetrics = /^application\/openmetrics-text\b/i.test(headers.get('content-type') ?? '');
  try {
    return isOpenMetrics ? parseOpenMetrics(text) : parseText(text);
  } catch (error) {
    if (error instanceof ExpositionUnreadable) return failure(error.message);
    throw error;
  }
};
