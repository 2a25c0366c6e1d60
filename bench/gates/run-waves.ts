import { badStreams, goodWaves, RULES, WORLDS } from './waves.ts';

const waves = 300;
const streams = 300;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

console.log(
  '| failures | rule | good waves: evidence stops (2.5 % stated) | a comparison fails (5 %) | left open | 20x: found, at window | 5x: found, at window | 5x passes | 3x: a comparison sees it |',
);
console.log(`| --- | --- |${' --- |'.repeat(7)}`);
for (const [world, of] of Object.entries(WORLDS)) {
  for (const [name, rule] of Object.entries(RULES)) {
    const good = goodWaves(rule, of, waves);
    const [by20, by5, by3] = [20, 5, 3].map((times) => badStreams(rule, of, times, streams));
    const found = (bad: typeof by20) => (bad === undefined ? '' : `${percent(bad.found)}, ${bad.median}`);
    const cells = [
      percent(good.stopped),
      percent(good.compared),
      percent(good.open),
      found(by20),
      found(by5),
      percent(by5?.passed ?? 0),
      percent(by3?.compared ?? 0),
    ];
    console.log(`| ${world} | ${name} | ${cells.join(' | ')} |`);
  }
}
