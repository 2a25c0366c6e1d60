import { html } from 'hono/html';
import type { Drift, ShownDrift } from '../../shared/drift/drift-row.ts';
import { sayWritten } from '../../shared/rollout/last-written.ts';
import type { Html } from '../answer.ts';
import { shortCommit } from '../views/standing-text.ts';
import { badge, type Look } from './status.ts';
import { relativeTime } from './time.ts';

/** More rows are no page; those that have drifted stand first. */
const mostRows = 200;

/** Which targets no longer have what was deployed to them, since when, and in what. */
export const driftPage = (drifts: readonly ShownDrift[]): Html => {
  if (drifts.length === 0)
    return html`<section class="empty"><h1>Nothing looked at yet</h1><p>Every five minutes each target is compared with what was verified on it.</p></section>`;
  const bad = drifts.filter(({ status }) => status === 'drifted').length;
  return html`<h1>${bad === 0 ? 'No drift' : `${bad} of ${drifts.length} targets have drifted`}</h1>
<div class="scroll"><table class="list"><caption class="unseen">Targets, those that have drifted first</caption>
<thead><tr><th scope="col">Target</th><th scope="col">Is</th><th scope="col">Since</th><th scope="col">Compared with</th><th scope="col">Looked at</th>
<th scope="col">What differs</th></tr></thead>
<tbody>${drifts.slice(0, mostRows).map(line)}</tbody></table></div>${
    drifts.length > mostRows
      ? html`<p class="quiet">and ${drifts.length - mostRows} more in <a href="/drift.json">drift.json</a></p>`
      : ''
  }`;
};

const looks = {
  drifted: { tone: 'bad', word: 'drifted', shape: 'cross' },
  unknown: { tone: 'wait', word: 'not known', shape: 'clock' },
  'as-deployed': { tone: 'good', word: 'as deployed', shape: 'tick' },
} as const satisfies Record<Drift['status'], Look>;

/** Whether releases wait for it, and what lets them by. */
const effect = ({ holds, waived }: ShownDrift): Html => {
  if (holds !== true) return html``;
  if (waived === undefined) return html` <span class="quiet">holds releases</span>`;
  return html` <span class="quiet">waived by ${waived.by}: ${waived.because}</span>`;
};

const line = (
  drift: ShownDrift,
): Html => html`<tr id="drift-${drift.target}"${drift.status === 'drifted' ? html` class="bad"` : ''}>
<th scope="row">${drift.target}</th><td>${badge(looks[drift.status])}${effect(drift)}</td>
<td>${drift.since === undefined ? '–' : relativeTime(drift.since)}</td>
<td><a href="/rollouts/${drift.rollout}"><code>${shortCommit(drift.commit)}</code></a></td><td>${relativeTime(drift.at)}</td>
<td class="because">${difference(drift)}</td></tr>`;

const difference = ({ objects = [], count = 0, because }: Drift): Html => {
  if (objects.length === 0) return html`${because ?? ''}`;
  const more = count - objects.length;
  return html`<ul class="plain">${objects.map(
    ({ id, because: why, written }) =>
      html`<li><code>${id}</code> ${why}${written === undefined ? '' : html` <span class="quiet">${sayWritten(written)}</span>`}</li>`,
  )}</ul>${more > 0 ? html`<p class="quiet">and ${more} more</p>` : ''}`;
};
