import { cardOf, isAsExpected } from './rehearsal-card.ts';
import type { RehearsalResult } from './rehearsal-runs.ts';
import { timelineOf } from './rehearsal-timeline.ts';

/** A game day as a team keeps it: Markdown, with room for what people saw and will do. Pure. */
export const recordOf = (results: readonly RehearsalResult[], config: string): string => {
  const good = results.filter(isAsExpected).length;
  return [
    '# Game day',
    '',
    `${results.length} ${results.length === 1 ? 'rehearsal' : 'rehearsals'} over ${code(config)} on a simulated fleet; ${good} as expected. Times are virtual.`,
    '',
    '| scenario | seed | ended | as expected |',
    '| --- | --- | --- | --- |',
    ...results.map(
      (one) =>
        `| ${one.rehearsed.scenario} | ${one.rehearsed.seed} | ${one.rehearsed.outcome.replace('_', ' ')} | ${isAsExpected(one) ? 'yes' : '**no**'} |`,
    ),
    ...results.flatMap(sectionOf),
    '',
    '## What we learnt',
    '',
    '- Who was there:',
    '- What surprised us:',
    '- What we change, who does it, and until when:',
    '',
  ].join('\n');
};

const sectionOf = (result: RehearsalResult): readonly string[] => {
  const { rehearsed, expectations } = result;
  return [
    '',
    `## ${rehearsed.scenario} (seed ${rehearsed.seed})`,
    '',
    '| | |',
    '| --- | --- |',
    ...cardOf(result).map(([name, text]) => `| ${name} | ${cell(text)} |`),
    '',
    ...expectations.map(
      ({ expected, held, came }) => `- [${held ? 'x' : ' '}] ${cell(expected)}${held ? '' : `: ${cell(came)}`}`,
    ),
    '',
    '| after | what | |',
    '| --- | --- | --- |',
    ...timelineOf(rehearsed).map(
      ({ at, word, text }) => `| ${((at - rehearsed.beganAt) / 1_000).toFixed(1)} s | ${word} | ${cell(text)} |`,
    ),
  ];
};

/** Text of others in a cell of a table: no new line, bar, link or tag of theirs counts. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\|`*_[\]<>#~]/g, (char) => `\\${char}`);

const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``;
