import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { AuditFilter, AuditRow } from '../rows/read-audit.ts';
import type { AuditView, Chained } from '../views/audit.ts';
import { shortDigest } from '../views/standing-text.ts';
import { dateTime, relativeTime } from './time.ts';

/** Who did what when, on which plan; and how far that is chained. */
export const auditPage = ({ filter, entries, older, chained }: AuditView): Html => html`<h1>Audit</h1>
${mark(chained)}
<form method="get" action="/audit" class="filters" role="search" aria-label="Filter the log">
${field('actor', 'Who', filter.actor)}${field('target', 'Target', filter.target)}${field('rollout', 'Rollout', filter.rollout)}${field(
  'since',
  'Since',
  filter.since === undefined ? undefined : new Date(filter.since).toISOString().slice(0, 16),
  'datetime-local',
)}<button class="button">Filter</button>${isFiltered(filter) ? html` <a href="/audit">all of it</a>` : ''}
</form>
${entries.length === 0 ? nothing(filter, older) : table(entries)}
${older === undefined ? '' : html`<p><a href="/audit?${queryOf(filter, older)}">Older</a></p>`}`;

const mark = (chained: Chained | undefined): Html =>
  chained === undefined
    ? html`<p class="quiet">Nothing is chained yet: that happens every minute.</p>`
    : html`<p class="quiet">Chained up to link ${chained.sequence}, ${relativeTime(chained.at)}${
        chained.anchored === undefined ? ', not anchored yet' : `, anchored up to link ${chained.anchored}`
      }. This page has verified nothing: <code>tidegate audit verify</code> does.</p>`;

const field = (name: keyof AuditFilter, label: string, value = '', type = 'text'): Html =>
  html`<label>${label} <input name="${name}" type="${type}" value="${value}" maxlength="200" autocomplete="off"></label>`;

const isFiltered = (filter: AuditFilter): boolean => Object.values(filter).some((value) => value !== undefined);

const nothing = (filter: AuditFilter, older: number | undefined): Html =>
  html`<section class="empty"><p>${
    older !== undefined
      ? 'Nothing of this kind among the newest; there are older ones to look through.'
      : isFiltered(filter)
        ? 'Nothing of this kind was done.'
        : 'Nothing was done yet.'
  }</p></section>`;

const queryOf = (filter: AuditFilter, before: number): string => {
  const given = Object.entries({ ...filter, before }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, name === 'since' ? new Date(Number(value)).toISOString() : String(value)]],
  );
  return String(new URLSearchParams(Object.fromEntries(given)));
};

const table = (entries: readonly AuditRow[]): Html =>
  html`<div class="scroll"><table class="list"><caption class="unseen">What was done, newest first</caption>
<thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Did</th><th scope="col">What</th><th scope="col">About</th>
<th scope="col">Plan</th><th scope="col" class="number">Link</th></tr></thead>
<tbody>${entries.map(line)}</tbody></table></div>`;

const line = (entry: AuditRow): Html => html`<tr>
<td>${dateTime(entry.at)}</td><td>${entry.actor}</td><td>${entry.action}</td><td class="because">${entry.text}</td>
<td>${about(entry)}</td><td>${entry.plan === undefined ? '–' : html`<code class="quiet">${shortDigest(entry.plan)}</code>`}</td>
<td class="number">${entry.link ?? html`<span class="quiet">waits</span>`}</td></tr>`;

const about = ({ target, wave, rollout, about: other }: AuditRow): Html => {
  const what = target ?? wave ?? other ?? '';
  if (rollout === undefined) return html`${what}`;
  return html`${what === '' ? '' : html`${what} in `}<a href="/rollouts/${rollout}"><code>${rollout}</code></a>`;
};
