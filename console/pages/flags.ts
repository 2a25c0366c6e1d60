import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { FlagView } from '../views/flags.ts';
import type { TargetStatus } from '../views/target-status.ts';
import { glyph, targetLooks } from './status.ts';

/** How far a flag is, for people. */
const words: Readonly<Record<FlagView['state'], string>> = {
  wanted: 'not yet',
  unchanged: 'as it was',
  planned: 'once the targets run',
  set: 'set, not seen everywhere yet',
  seen: 'served by every target',
  back: 'taken back',
};

/** As what a target looks that is so far. */
const like: Readonly<Record<FlagView['state'], TargetStatus>> = {
  wanted: 'not-started',
  unchanged: 'verified',
  planned: 'not-started',
  set: 'deployed',
  seen: 'verified',
  back: 'back',
};

/** The feature flags of a wave. Nothing where there are none. */
export const flagsList = (flags: readonly FlagView[]): Html =>
  flags.length === 0
    ? html``
    : html`<div class="cloud flags"><h3>Flags</h3><ul class="targets">${flags.map(
        ({ flag, said, store, state }) =>
          html`<li class="target ${targetLooks[like[state]].tone}">${glyph(targetLooks[like[state]])}<div><strong>${flag}</strong><span class="line"><code>${said}</code> <span class="quiet">in ${store}</span></span></div>
<span class="side"><span class="word">${words[state]}</span></span></li>`,
      )}</ul></div>`;

/** The flags that a plan sets, for whoever approves it. */
export const flagsPanel = (flags: readonly FlagView[]): Html =>
  flags.length === 0
    ? html``
    : html`<section class="panel flags"><h2>Feature flags</h2>
<p class="quiet">Set once every target of the wave runs, under its gates; taken back first, before any code, when one fails.</p>
<ul>${flags.map(({ flag, said, store }) => html`<li><strong>${flag}</strong> <code>${said}</code> <span class="quiet">in ${store}</span></li>`)}</ul></section>`;
