import { html } from 'hono/html';
import type { Verdict } from '../../shared/rollout/verdict.ts';
import type { Html } from '../answer.ts';
import type { TargetStatus } from '../views/target-status.ts';
import type { WaveStatus } from '../views/wave-status.ts';

/** How a status looks: a shape, a tone, and always a word. Colour alone says nothing. */
export interface Look {
  readonly tone: 'good' | 'busy' | 'wait' | 'bad' | 'idle' | 'back';
  readonly word: string;
  readonly shape: keyof typeof shapes;
}

const shapes = {
  tick: html`<path d="M3.5 8.5l3 3 6-7"/>`,
  cross: html`<path d="M4.5 4.5l7 7m0-7l-7 7"/>`,
  dot: html`<circle cx="8" cy="8" r="1.5"/>`,
  ring: html`<circle cx="8" cy="8" r="4.5"/>`,
  arrow: html`<path d="M8 12.5v-9m-3.5 3.5l3.5-3.5 3.5 3.5"/>`,
  clock: html`<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3.2l2 1.6"/>`,
  question: html`<path d="M5.7 6a2.3 2.3 0 1 1 3.3 2.1c-.7.4-1 .8-1 1.6m0 2.3v.1"/>`,
  stop: html`<rect x="4.5" y="4.5" width="7" height="7"/>`,
  undo: html`<path d="M5.5 3.5l-2.5 2.5 2.5 2.5M3 6h6a3.5 3.5 0 0 1 0 7h-2.5"/>`,
  person: html`<circle cx="8" cy="5.5" r="2.5"/><path d="M3 13.5c.5-3 2.5-4 5-4s4.5 1 5 4"/>`,
} as const;

export const targetLooks: Readonly<Record<TargetStatus, Look>> = {
  'not-started': { tone: 'idle', word: 'not started', shape: 'dot' },
  deploying: { tone: 'busy', word: 'deploying', shape: 'arrow' },
  deployed: { tone: 'busy', word: 'deployed', shape: 'ring' },
  soaking: { tone: 'busy', word: 'soaking', shape: 'clock' },
  verified: { tone: 'good', word: 'verified', shape: 'tick' },
  failed: { tone: 'bad', word: 'failed', shape: 'cross' },
  stopped: { tone: 'bad', word: 'stopped', shape: 'stop' },
  lost: { tone: 'bad', word: 'lost', shape: 'question' },
  'going-back': { tone: 'back', word: 'going back', shape: 'undo' },
  back: { tone: 'back', word: 'back', shape: 'undo' },
};

export const waveLooks: Readonly<Record<WaveStatus, Look>> = {
  'not-started': { tone: 'idle', word: 'not started', shape: 'dot' },
  queued: { tone: 'wait', word: 'queued', shape: 'clock' },
  planning: { tone: 'busy', word: 'planning', shape: 'ring' },
  'waiting-to-enter': { tone: 'wait', word: 'waits to be entered', shape: 'clock' },
  checking: { tone: 'busy', word: 'checking health', shape: 'ring' },
  'waiting-for-approval': { tone: 'wait', word: 'waits for approval', shape: 'person' },
  deploying: { tone: 'busy', word: 'deploying', shape: 'arrow' },
  soaking: { tone: 'busy', word: 'soaking', shape: 'clock' },
  passed: { tone: 'good', word: 'passed', shape: 'tick' },
  failed: { tone: 'bad', word: 'failed', shape: 'cross' },
  aborted: { tone: 'bad', word: 'aborted', shape: 'stop' },
  refused: { tone: 'bad', word: 'refused', shape: 'stop' },
  superseded: { tone: 'idle', word: 'superseded', shape: 'undo' },
  'taking-flags-back': { tone: 'back', word: 'taking flags back', shape: 'undo' },
  held: { tone: 'wait', word: 'held', shape: 'stop' },
  stuck: { tone: 'bad', word: 'stuck', shape: 'stop' },
  'going-back': { tone: 'back', word: 'going back', shape: 'undo' },
  back: { tone: 'back', word: 'rolled back', shape: 'undo' },
};

export const verdictLooks: Readonly<Record<Verdict, Look>> = {
  pass: { tone: 'good', word: 'pass', shape: 'tick' },
  fail: { tone: 'bad', word: 'FAIL', shape: 'cross' },
  error: { tone: 'bad', word: 'ERROR', shape: 'question' },
  inconclusive: { tone: 'wait', word: 'inconclusive', shape: 'question' },
};

/** How the end of a rollout looks. */
export const endLooks: Readonly<Record<string, Look>> = {
  succeeded: { tone: 'good', word: 'succeeded', shape: 'tick' },
  partial: { tone: 'wait', word: 'partial', shape: 'tick' },
  failed: { tone: 'bad', word: 'failed', shape: 'cross' },
  rolled_back: { tone: 'back', word: 'rolled back', shape: 'undo' },
  aborted: { tone: 'bad', word: 'aborted', shape: 'stop' },
  refused: { tone: 'bad', word: 'refused', shape: 'stop' },
  superseded: { tone: 'idle', word: 'superseded', shape: 'undo' },
};

export const kindLooks: Readonly<Record<string, Look>> = {
  moving: { tone: 'busy', word: 'running', shape: 'arrow' },
  waiting: { tone: 'wait', word: 'waiting', shape: 'clock' },
  'waits-for-people': { tone: 'wait', word: 'waits for approval', shape: 'person' },
  'going-back': { tone: 'back', word: 'rolling back', shape: 'undo' },
};

const icon = ({ shape }: Look): Html =>
  html`<svg class="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">${shapes[shape]}</svg>`;

/** Icon and word on a tinted ground. */
export const badge = (look: Look): Html => html`<span class="badge ${look.tone}">${icon(look)}${look.word}</span>`;

/** The icon alone, its word for those who do not see it. */
export const glyph = (look: Look): Html =>
  html`<span class="glyph ${look.tone}" title="${look.word}">${icon(look)}<span class="unseen">${look.word}</span></span>`;
