import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { RolloutLine } from '../views/rollouts.ts';
import { shortCommit, shortDigest } from '../views/standing-text.ts';
import { badge, endLooks, waveLooks } from './status.ts';
import { dateTime, duration } from './time.ts';

/** What was released when, by whom, and how it ended. */
export const rolloutsPage = (rollouts: readonly RolloutLine[]): Html =>
  rollouts.length === 0
    ? html`<section class="empty"><h1>No rollouts yet</h1><p>Start one with</p><pre><code>tidegate release COMMIT</code></pre></section>`
    : html`<h1>Rollouts</h1>
<div class="scroll"><table class="list"><caption class="unseen">Rollouts, those under way first</caption>
<thead><tr><th scope="col">Commit</th><th scope="col">Outcome</th><th scope="col">Started</th><th scope="col">By</th>
<th scope="col" class="number">Took</th><th scope="col">Release</th><th scope="col">Because</th></tr></thead>
<tbody>${rollouts.map(line)}</tbody></table></div>`;

const line = ({
  rollout,
  commit,
  release,
  startedAt,
  startedBy,
  end,
  only,
}: RolloutLine): Html => html`<tr id="${rollout}">
<th scope="row"><a href="/rollouts/${rollout}" data-row><code>${shortCommit(commit)}</code></a>${only === undefined ? '' : html` <span class="quiet">to ${only}</span>`}</th>
<td>${badge(end === undefined ? { ...waveLooks.deploying, word: 'running' } : (endLooks[end.outcome] ?? waveLooks.failed))}</td>
<td>${dateTime(startedAt)}</td><td>${startedBy}</td>
<td class="number">${end === undefined ? '–' : duration(end.at - startedAt)}</td>
<td><code class="quiet">${release === undefined ? '–' : shortDigest(release)}</code></td>
<td class="because">${end?.because ?? ''}</td></tr>`;
