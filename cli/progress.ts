import type { RolloutView, TargetView, WaveView } from '../console/views/rollout.ts';
import { shortCommit } from '../console/views/standing-text.ts';
import type { TargetStatus } from '../console/views/target-status.ts';
import type { WaveStatus } from '../console/views/wave-status.ts';
import { gateSentence } from '../shared/rollout/next-soak.ts';
import { flagLines } from './flag-lines.ts';
import type { Style } from './terminal.ts';

/** How text is emphasised; nothing where there is no colour. */
export type Paint = (style: Style, text: string) => string;

const plain: Paint = (_, text) => text;

/** One character per target, in the order of the batches. */
const marks: Readonly<Record<TargetStatus, string>> = {
  'not-started': '.',
  deploying: '>',
  deployed: '#',
  soaking: '#',
  verified: '#',
  failed: 'x',
  stopped: 'x',
  lost: '?',
  'going-back': '-',
  back: '<',
};

const waveWords: Readonly<Record<WaveStatus, string>> = {
  'not-started': 'not started',
  queued: 'queued',
  planning: 'planning',
  checking: 'checking',
  'waiting-for-approval': 'waiting',
  'waiting-to-enter': 'waiting',
  deploying: 'deploying',
  soaking: 'soaking',
  passed: 'ok',
  failed: 'failed',
  aborted: 'aborted',
  refused: 'refused',
  superseded: 'superseded',
  'taking-flags-back': 'flags back',
  held: 'held',
  stuck: 'stuck',
  'going-back': 'rolling back',
  back: 'rolled back',
};

const headWords: Readonly<Record<RolloutView['situation']['kind'], string>> = {
  moving: 'RUNNING',
  waiting: 'WAITING',
  'waits-for-people': 'WAITING FOR YOU',
  'going-back': 'ROLLING BACK',
  ended: 'ENDED',
};

/** A fleet of more targets than this is shown as a bar in proportion. */
const longestBar = 40;

/** A rollout as some lines of text: states as words first, then a bar per wave, what failed, and what can be done. Pure. */
export const renderProgress = (view: RolloutView, paint: Paint = plain): string[] => {
  const { situation, waves, end } = view;
  const head = end === undefined ? headWords[situation.kind] : end.outcome.replace('_', ' ').toUpperCase();
  const width = Math.max(8, ...waves.map(({ wave }) => wave.length));
  const bad = waves.flatMap(({ batches }) => batches.flat()).filter(({ status }) => isBad(status));
  return [
    `${paint('dim', `${view.rollout}  commit ${shortCommit(view.commit)}`)}`,
    `${paint(toneOf(view), head)}  ${end === undefined ? situation.sentence : end.because}`,
    ...waves.flatMap((wave) => [
      `  ${waveLine(wave, width, end !== undefined, paint)}`,
      ...flagLines(wave.flags, `  ${''.padEnd(width)}  `),
    ]),
    ...bad.slice(0, 5).map((target) => `  ${paint('red', target.status.padEnd(width))}  ${failure(target)}`),
    ...(bad.length > 5 ? [`  ${''.padEnd(width)}  and ${bad.length - 5} more`] : []),
    ...next(view).map((line) => `  ${'next'.padEnd(width)}  ${line}`),
  ];
};

const isBad = (status: TargetStatus): boolean => ['failed', 'stopped', 'lost'].includes(status);

/** A reason may begin with the name of its target already. */
const failure = ({ target, because = '' }: TargetView): string =>
  because === '' ? target : because.startsWith(target) ? because : `${target}: ${because}`;

const toneOf = ({ end, situation }: RolloutView): Style => {
  if (end?.outcome === 'succeeded') return 'green';
  if (end !== undefined) return end.outcome === 'partial' || end.outcome === 'superseded' ? 'yellow' : 'red';
  if (situation.kind === 'going-back') return 'magenta';
  return situation.kind === 'moving' ? 'cyan' : 'yellow';
};

const waveTone = (status: WaveStatus): Style => {
  if (status === 'passed') return 'green';
  if (['failed', 'aborted', 'refused', 'stuck'].includes(status)) return 'red';
  if (status === 'held') return 'yellow';
  if (['going-back', 'back', 'taking-flags-back'].includes(status)) return 'magenta';
  if (status === 'not-started' || status === 'superseded') return 'dim';
  return ['waiting-for-approval', 'waiting-to-enter', 'queued'].includes(status) ? 'yellow' : 'cyan';
};

const waveLine = (wave: WaveView, width: number, hasEnded: boolean, paint: Paint): string => {
  const counts = `${wave.done}/${wave.total}`.padStart(5);
  const isUntouched = hasEnded && wave.status === 'not-started';
  const word = paint(waveTone(wave.status), (isUntouched ? 'not touched' : waveWords[wave.status]).padEnd(12));
  return `${wave.wave.padEnd(width)}  ${word} ${counts}  [${bar(wave)}]  ${said(wave)}`.trimEnd();
};

const bar = ({ batches }: WaveView): string => {
  const all = batches.flat().map(({ status }) => marks[status]);
  if (all.length <= longestBar) return all.join('');
  const step = all.length / longestBar;
  return Array.from({ length: longestBar }, (_, at) => all[Math.floor(at * step)]).join('');
};

const said = (wave: WaveView): string => {
  const worst =
    wave.gates.find(({ verdict }) => verdict === 'fail') ?? wave.gates.find(({ verdict }) => verdict !== 'pass');
  if (worst !== undefined) return gateSentence(worst.worst);
  if (wave.gates.length === 0) return '';
  return `${wave.gates.filter(({ verdict }) => verdict === 'pass').length}/${wave.gates.length} gates pass`;
};

const next = ({ rollout, situation, end }: RolloutView): readonly string[] => {
  if (situation.approval !== undefined) return [`tidegate approve ${situation.approval}`];
  if (end === undefined) return [];
  return end.outcome === 'succeeded' ? [`tidegate rollback ${rollout}, if it must go`] : [`tidegate why ${rollout}`];
};
