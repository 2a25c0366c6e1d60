import { type Rule, rulesFor, type SeriesRule, seriesRulesFor } from './rules.ts';
import { failuresOf, seeded } from './streams.ts';

const allowed = 1e-5;
const perLook = 1_000;
const looks = 1_000;
const streams = 2_000;
const shares = [1e-6, 1e-5, 1e-4, 1e-3];

/** The requests after which a rule stops a stream; `undefined` where it never does. */
const stoppedAt = (rule: Rule, limits: readonly number[], places: readonly number[]): number | undefined => {
  let failures = 0;
  for (let look = 1; look <= looks; look += 1) {
    const requests = look * perLook;
    while ((places[failures] ?? Infinity) <= requests) failures += 1;
    if (failures >= (limits[look - 1] ?? Infinity)) return requests;
    if (rule.accepts?.(requests, failures)) return undefined;
  }
  return undefined;
};

const all = shares.map((share) => {
  const random = seeded(20_261_121);
  return Array.from({ length: streams }, () => failuresOf(random, share, perLook * looks));
});
const tellStops = (stops: readonly number[], of: number, share: number): string => {
  const stopped = `${((100 * stops.length) / of).toFixed(1)} %`;
  if (share <= allowed) return stopped;
  const median = stops.toSorted((a, b) => a - b)[Math.floor(stops.length / 2)];
  return `${stopped}, ${median?.toLocaleString('en-US') ?? '-'}`;
};

const cellOf = (
  rule: Rule,
  limits: readonly number[],
  share: number,
  streamsOf: readonly (readonly number[])[],
): string => {
  const stops = streamsOf.map((places) => stoppedAt(rule, limits, places)).filter((at) => at !== undefined);
  return tellStops(stops, streams, share);
};

/** Of others' rules fewer streams: a rank test of each hour takes its time. */
const compared = 300;

/** The share of failures of each look. */
const sharesOf = (places: readonly number[]): readonly number[] => {
  const failures = Array.from({ length: looks }, () => 0);
  for (const place of places) {
    const look = Math.floor((place - 1) / perLook);
    failures[look] = (failures[look] ?? 0) + 1;
  }
  return failures.map((count) => count / perLook);
};

const seriesCellOf = (rule: SeriesRule, share: number, streamsOf: readonly (readonly number[])[]): string => {
  const random = seeded(20_261_128);
  const stops = streamsOf.slice(0, compared).flatMap((places) => {
    const baseline = sharesOf(failuresOf(random, allowed, perLook * looks));
    const look = rule.stopsAt(sharesOf(places), baseline);
    return look === undefined ? [] : [look * perLook];
  });
  return tellStops(stops, compared, share);
};

console.log(`| rule | ${shares.map((share) => `${share} fail`).join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(shares.length)}`);
for (const rule of rulesFor(allowed)) {
  const limits = Array.from({ length: looks }, (_, index) => rule.stops((index + 1) * perLook, index + 1, looks));
  const cells = shares.map((share, index) => cellOf(rule, limits, share, all[index] ?? []));
  console.log(`| ${rule.name} | ${cells.join(' | ')} |`);
}
for (const rule of seriesRulesFor(allowed)) {
  const cells = shares.map((share, index) => seriesCellOf(rule, share, all[index] ?? []));
  console.log(`| ${rule.name} | ${cells.join(' | ')} |`);
}
