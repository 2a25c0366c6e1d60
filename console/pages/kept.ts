import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { KeptGroup } from '../views/kept.ts';
import { onTargets } from './fleet.ts';

/** What is left behind: nobody looks after it from now on, so it is said. */
export const keptPanel = (kept: readonly KeptGroup[], targets: number): Html =>
  kept.length === 0
    ? html``
    : html`<section class="panel kept"><h2>Left behind</h2>
<p class="quiet">No longer in the release, and not deleted: whoever wants it gone deletes it by hand.</p>
<ul>${kept.map(
        ({ spoken, because, targets: on }) =>
          html`<li><strong>${spoken}</strong> <span>${because}</span> ${onTargets(on, targets)}</li>`,
      )}</ul></section>`;
