import { measureRehearsal, type RehearsalMeasures } from '../local/rehearsal/measure-rehearsal.ts';
import type { Rehearsed } from '../local/rehearsal/rehearsed.ts';
import { sayMs } from '../local/rehearsal/say-ms.ts';
import type { RehearsalResult } from './rehearsal-runs.ts';
import { wrap } from './rehearsal-timeline.ts';
import type { Style } from './terminal.ts';

/** What a rehearsal comes to, as names with sentences. Pure. */
export const cardOf = ({ rehearsed }: RehearsalResult): readonly (readonly [name: string, text: string])[] => {
  const measures = measureRehearsal(rehearsed);
  const { told, endedAt, beganAt, outcome, because } = rehearsed;
  const messages =
    told.length === 0
      ? 'nobody'
      : `${told.length} ${told.length === 1 ? 'message' : 'messages'} to ${[...new Set(told.map(({ to }) => to))].join(', ')}`;
  return [
    ['ended', `${outcome.replace('_', ' ')} after ${sayMs(endedAt - beganAt)}: ${because}`],
    ['found', foundText(measures)],
    ['well again', againText(measures)],
    ['targets', targetsText(rehearsed, measures)],
    ['calls', callsText(measures)],
    ['told', messages],
    ['gates', gatesText(rehearsed)],
  ];
};

const foundText = ({ troubleAt, noticed }: RehearsalMeasures): string => {
  if (troubleAt === undefined) return 'nothing was wrong';
  return noticed === undefined
    ? 'by nothing: no gate, deployment or message says anything of it'
    : `after ${sayMs(noticed.afterMs)} by ${noticed.by}`;
};

const againText = ({ restoredAfterMs, notWell, out, longestOutMs }: RehearsalMeasures): string => {
  const again =
    notWell.length > 0
      ? `NOT when it ended: ${notWell.join(', ')}`
      : restoredAfterMs === undefined
        ? 'nothing had to be put right'
        : `after ${sayMs(restoredAfterMs)}`;
  if (out.length === 0) return `${again}; no target was below 99.9 %`;
  return `${again}; ${out.length} ${out.length === 1 ? 'target' : 'targets'} below 99.9 %, for ${sayMs(longestOutMs)} at most`;
};

const targetsText = ({ targets }: Rehearsed, { touched, untouched, back }: RehearsalMeasures): string => {
  const isNew = targets.filter(({ runs }) => runs === 'new').length;
  return `${touched.length} touched, ${back.length} of them back, ${untouched.length} untouched; ${isNew} run the new version`;
};

const callsText = ({ calls, failed }: RehearsalMeasures): string => {
  const share = calls === 0 ? 0 : (100 * failed) / calls;
  const shown = failed === 0 ? '' : ` (${share < 0.01 ? 'less than 0.01' : share.toFixed(2)} %)`;
  return `${failed.toLocaleString('en-GB')} of ${calls.toLocaleString('en-GB')} failed${shown}`;
};

const gatesText = ({ gates, leftOut }: Rehearsed): string => {
  const of = (how: string) => gates.filter((gate) => gate.how === how);
  const asWritten = of('as-written').length;
  const stand = of('stands-in');
  const out = of('left-out');
  const parts = [
    `${asWritten} as written`,
    ...(stand.length === 0 ? [] : [`${stand.map(({ gate }) => gate).join(', ')} by a stand-in`]),
    ...(out.length === 0
      ? []
      : [`NOT REHEARSED: ${out.map(({ gate, because }) => `${gate} (${because})`).join(', ')}`]),
    ...leftOut.map((what) => `NOT REHEARSED: ${what}`),
  ];
  return gates.length === 0 && leftOut.length === 0 ? 'the config has none' : parts.join('; ');
};

/** Whether all that was expected came true. Pure. */
export const isAsExpected = ({ rehearsed, expectations }: RehearsalResult): boolean =>
  rehearsed.neverBegan !== true && expectations.every(({ held }) => held);

/** The command that does the same again. Pure. */
export const againCommand = ({ rehearsed }: RehearsalResult, named: string, config: string | undefined): string =>
  `tidegate rehearse ${named} --seed ${rehearsed.seed}${config === undefined ? '' : ` --config ${config}`}`;

/** The card as lines, with every expectation and what came in its place. Pure. */
export const cardLines = (
  result: RehearsalResult,
  columns: number,
  paint: (style: Style, text: string) => string,
): readonly string[] => {
  const { rehearsed, expectations } = result;
  const good = isAsExpected(result);
  const indent = 14;
  const lines = (name: string, text: string, style?: Style, mark = '  '): readonly string[] => {
    const [first = '', ...more] = wrap(text, Math.max(30, columns - indent - 1), 3);
    const show = (line: string) => (style === undefined ? line : paint(style, line));
    return [
      `${mark}${name.padEnd(indent - 2)}${show(first)}`,
      ...more.map((line) => `${' '.repeat(indent)}${show(line)}`),
    ];
  };
  const held = expectations.filter((one) => one.held).length;
  const verdict =
    rehearsed.neverBegan === true
      ? 'NOTHING WAS REHEARSED: the version before did not come up'
      : good
        ? 'AS EXPECTED'
        : 'NOT AS EXPECTED';
  return [
    `${paint('bold', rehearsed.scenario)}  ${paint(good ? 'green' : 'red', verdict)}  ${held} of ${expectations.length}, seed ${rehearsed.seed}`,
    ...cardOf(result).flatMap(([name, text]) => lines(name, text)),
    ...expectations.flatMap(({ expected, held: isHeld, came }) =>
      isHeld
        ? lines('expected', expected, 'green', paint('green', '✓ '))
        : [...lines('expected', expected, 'red', paint('red', '✗ ')), ...lines('came', came, 'red')],
    ),
  ];
};
