import { html } from 'hono/html';
import type { AvailabilityStanding } from '../../shared/availability/assess-objective-standings.ts';
import type { Html } from '../answer.ts';
import { budgetWords, objectiveWords, slotWords } from '../views/availability-words.ts';

/** More rows are no page; those that are out stand first. */
const mostRows = 60;

/** How available every target was, by each of its probe gates, over thirty days. Nothing until something is probed. */
export const availabilitySection = (standings: readonly AvailabilityStanding[]): Html =>
  standings.length === 0
    ? html``
    : html`<section class="availability" id="availability" aria-labelledby="availability-name">
<h2 id="availability-name">Availability, 30 days</h2>
<div class="scroll"><table><thead><tr><th scope="col">Target</th><th scope="col">Gate</th><th scope="col">Objective</th>
<th scope="col">First attempts</th><th scope="col">Tried twice</th><th scope="col">Budget left</th><th scope="col">Minutes probed</th></tr></thead>
<tbody>${standings.slice(0, mostRows).map(row)}</tbody></table></div>${
        standings.length > mostRows
          ? html`<p class="quiet">and ${standings.length - mostRows} more in <a href="/fleet.json">fleet.json</a></p>`
          : ''
      }</section>`;

const row = (standing: AvailabilityStanding): Html => {
  const { target, gate, requests, failures, failuresWithRetry, outage } = standing;
  return html`<tr id="availability-${target}-${gate}"${outage === undefined ? '' : html` class="bad"`}>
<th scope="row">${target}</th><td>${gate}${outage === undefined ? '' : html` <strong>out</strong> <span class="quiet">${outage.because}</span>`}</td>
<td>${objectiveWords(standing)}</td><td>${failures} of ${requests} failed</td><td>${failuresWithRetry} failed</td>
<td>${budgetWords(standing)}</td><td>${slotWords(standing)}</td></tr>`;
};
