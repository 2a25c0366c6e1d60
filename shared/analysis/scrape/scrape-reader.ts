import { failure } from '../sample.ts';
import type { Reading, Readings, StoreOutside, StoreReader } from '../stores/reading.ts';
import { unread } from '../stores/reading.ts';
import { evaluateScrape, isExposed, type ScrapedProcess } from './evaluate.ts';
import type { Exposition } from './exposition.ts';
import { parseScrapeQuery, readingsApart, type ScrapeQuery, ScrapeQueryUnreadable, selectorOf } from './parse-query.ts';

/** What processes expose at one moment, by a name that is theirs as long as they run. */
export type Scrape = () => Promise<
  { readonly processes: ReadonlyMap<string, { readonly exposition: Exposition; readonly at: number }> } | Failed
>;

type Failed = Parameters<typeof unread>[0];

/** Which of several processes speaks for them all, where their series are not added up. */
export type Worst = 'highest' | 'lowest' | undefined;

/** Two readings further apart than this would hold up an invocation; a store keeps what happened in a longer time. */
const LONGEST_APART_MS = 60_000;

/**
 * Reads what processes expose themselves. A rate is of two readings made in the one measurement, `apartMs` from each other unless the
 * query says a range: nothing has to be kept between invocations, and a process that began anew in between is seen.
 */
export const scrapeReader = (
  scrape: Scrape,
  { apartMs, worst }: { readonly apartMs: number; readonly worst?: Worst },
  { clock }: Pick<StoreOutside, 'clock'>,
  signal: AbortSignal,
): StoreReader => {
  let processes: readonly ScrapedProcess[] = [];
  const read = async (texts: readonly string[]): Promise<Readings> => {
    const began = clock.now();
    const failed = (sample: Failed): Readings => ({
      readings: texts.map((text) => unread(sample, text)),
      window: { from: began, to: clock.now() },
    });
    const queries = queriesOf(texts);
    if ('kind' in queries) return failed(queries);
    if (worst !== undefined && queries.length > 1)
      return failed(failure('errors and requests of several pods are added up; say join: sum'));
    const apart = Math.max(...queries.map((query) => readingsApart(query, apartMs) ?? 0));
    if (apart > LONGEST_APART_MS)
      return failed(failure(`readings ${apart / 1_000} s apart, expected at most ${LONGEST_APART_MS / 1_000} s`));
    const first = apart > 0 ? await scrape() : undefined;
    if (first !== undefined && 'kind' in first) return failed(first);
    if (apart > 0) await clock.sleep(apart, signal);
    const last = await scrape();
    if ('kind' in last) return failed(last);
    processes = [...last.processes].map(([name, process]): ScrapedProcess => {
      const before = first?.processes.get(name);
      return before === undefined ? { last: process } : { first: before, last: process };
    });
    const now = clock.now();
    return {
      readings: queries.map((query, index) => evaluated(query, texts[index] ?? '', now)),
      window: { from: began, to: now },
    };
  };
  const evaluated = (query: ScrapeQuery, text: string, now: number): Reading => {
    const found =
      worst === undefined
        ? evaluateScrape(query, processes, now)
        : worstOf(
            processes.map((process) => evaluateScrape(query, [process], now)),
            worst,
          );
    return { sample: found.sample, ages: [{ selector: text, seconds: found.age }], points: found.points };
  };
  return {
    language: 'promql',
    read,
    hasNoErrors: async (errors) => isExposed(selectorOf(parseScrapeQuery(errors)).name, processes),
  };
};

const queriesOf = (texts: readonly string[]): readonly ScrapeQuery[] | Failed => {
  try {
    return texts.map(parseScrapeQuery);
  } catch (error) {
    if (error instanceof ScrapeQueryUnreadable) return failure(error.message);
    throw error;
  }
};

/** What is not known of one process is not known of the worst. */
const worstOf = (
  found: readonly ReturnType<typeof evaluateScrape>[],
  worst: 'highest' | 'lowest',
): ReturnType<typeof evaluateScrape> => {
  const points = found.reduce((sum, each) => sum + each.points, 0);
  const unknown = found.find(({ sample, age }) => sample.kind !== 'value' || age.kind !== 'value');
  if (unknown !== undefined) return { ...unknown, points };
  const number = (sample: { readonly kind: string; readonly value?: number }) => sample.value ?? Number.NaN;
  const [first, ...rest] = found;
  if (first === undefined) return { ...evaluateNothing, points };
  const telling = rest.reduce((one, other) => {
    const isHigher = number(other.sample) > number(one.sample);
    return isHigher === (worst === 'highest') ? other : one;
  }, first);
  const oldest = found.reduce((one, other) => (number(other.age) > number(one.age) ? other : one), first);
  return { sample: telling.sample, age: oldest.age, points };
};

const evaluateNothing = { sample: failure('nothing was read'), age: failure('nothing was read') };
