import { type Rule, rulesFor } from './rules.ts';
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
const cellOf = (
  rule: Rule,
  limits: readonly number[],
  share: number,
  streamsOf: readonly (readonly number[])[],
): string => {
  const stops = streamsOf.map((places) => stoppedAt(rule, limits, places)).filter((at) => at !== undefined);
  const stopped = `${((100 * stops.length) / streams).toFixed(1)} %`;
  if (share <= allowed) return stopped;
  const median = stops.sort((a, b) => a - b)[Math.floor(stops.length / 2)];
  return `${stopped}, ${median?.toLocaleString('en-US') ?? '-'}`;
};

console.log(`| rule | ${shares.map((share) => `${share} fail`).join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(shares.length)}`);
for (const rule of rulesFor(allowed)) {
  const limits = Array.from({ length: looks }, (_, index) => rule.stops((index + 1) * perLook, index + 1, looks));
  const cells = shares.map((share, index) => cellOf(rule, limits, share, all[index] ?? []));
  console.log(`| ${rule.name} | ${cells.join(' | ')} |`);
}
