import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { ChildView, EventView, ExecutionView, ShownText, VisitView } from '../views/execution.ts';
import { pathOfExecution } from '../views/execution-id.ts';
import { executionGraph, pathOfState, standingLooks } from './execution-graph.ts';
import { badge, endLooks, kindLooks } from './status.ts';
import { clockTime, dateTime, duration } from './time.ts';

const looks = {
  RUNNING: { ...kindLooks.moving, word: 'running' },
  SUCCEEDED: { ...endLooks.succeeded, word: 'succeeded' },
  FAILED: { ...endLooks.failed, word: 'failed' },
  TIMED_OUT: { ...endLooks.failed, word: 'timed out' },
  ABORTED: { ...endLooks.aborted, word: 'aborted' },
};

const statusBadge = (status: string): Html => {
  const look = Object.entries(looks).find(([name]) => name === status)?.[1] ?? looks.RUNNING;
  return badge({ tone: look.tone ?? 'idle', shape: look.shape ?? 'dot', word: look.word });
};

/** An execution: where it is, what went in and out of each state, and what happened, the newest first. */
export const executionPage = (view: ExecutionView): Html => html`
<header class="page"><h1>Execution <code>${view.id}</code> ${statusBadge(view.status)}</h1>
<p class="quiet">started ${dateTime(view.startedAt)}${
  view.endedAt === undefined ? '' : html`, took ${duration(view.endedAt - view.startedAt)}`
}, <a href="#events">${view.events} events</a>${view.redrives === 0 ? '' : html`, redriven ${view.redrives} times`}${
  view.rollout === undefined ? '' : html`, rollout <a href="/rollouts/${view.rollout}">${view.rollout}</a>`
}${view.parent === undefined ? '' : html`, started by <a href="${pathOfExecution(view.parent)}">${view.parent}</a>`}</p>
<p class="quiet"><code>${view.arn}</code></p></header>
${
  view.error === undefined && view.cause === undefined
    ? ''
    : html`<section class="panel"><h2>Why it ended</h2><p><strong>${view.error ?? 'no error name'}</strong></p>${text(view.cause)}</section>`
}
<div class="columns execution"><div><section class="panel"><h2>States</h2>${executionGraph(view)}${legend}</section></div>
<div>${visit(view.visit)}
${value('Input', view.input)}${value('Output', view.output)}${value('Variables set lately', view.variables)}
${view.mapRuns.map(({ state, children }) => mapRun(state, children))}</div></div>
${eventTable(view)}`;

const legend: Html = html`<p class="legend">${Object.values(standingLooks).map(
  ({ tone, word }) => html`<span class="${tone}"><i></i>${word}</span>`,
)}<span class="dashed"><i></i>Catch</span></p>`;

const text = (shown: ShownText | undefined): Html =>
  shown === undefined
    ? html``
    : html`<pre tabindex="0">${shown.text}</pre>${
        shown.cut === 0 ? '' : html`<p class="quiet">${shown.cut} more characters are not shown.</p>`
      }`;

const value = (name: string, shown: ShownText | undefined): Html =>
  shown === undefined ? html`` : html`<section class="panel"><h2>${name}</h2>${text(shown)}</section>`;

const visit = (seen: VisitView | undefined): Html =>
  seen === undefined
    ? html``
    : html`<section class="panel" id="state"><h2>State <code>${seen.state}</code></h2>
<p class="quiet">last entered ${clockTime(seen.enteredAt)}${
        seen.leftAt === undefined ? ', not left' : html`, left after ${duration(seen.leftAt - seen.enteredAt)}`
      }</p>
${seen.input === undefined ? '' : html`<h3>Input</h3>${text(seen.input)}`}
${seen.output === undefined ? '' : html`<h3>Output</h3>${text(seen.output)}`}
${seen.variables === undefined ? '' : html`<h3>Assigned</h3>${text(seen.variables)}`}</section>`;

const mapRun = (state: string, children: readonly ChildView[]): Html => html`
<section class="panel"><h2>Items of <code>${state}</code></h2><ul class="where">${children.map(
  ({ id, item, status, startedAt, endedAt }) =>
    html`<li><a href="${pathOfExecution(id)}">${item ?? html`<code>${id}</code>`}</a><span>${statusBadge(status)}</span><span class="quiet">${
      endedAt === undefined ? html`since ${clockTime(startedAt)}` : duration(endedAt - startedAt)
    }</span></li>`,
)}</ul></section>`;

const eventTable = (view: ExecutionView): Html => html`
<div class="scroll" id="events"><table class="events"><caption>Events${
  view.page.length === 0 ? '' : html` ${view.page.at(-1)?.id} to ${view.page[0]?.id} of ${view.events}`
}</caption>
<thead><tr><th scope="col" class="number">#</th><th scope="col">Time</th><th scope="col">Event</th><th scope="col">State</th>
<th scope="col" class="number">After</th><th scope="col">Details</th></tr></thead>
<tbody>${view.page.map((event) => row(view, event))}</tbody></table></div>
<nav class="pages" aria-label="Events"><a href="${pathOfExecution(view.id)}">Newest</a>${
  view.older === undefined
    ? ''
    : html` <a href="${pathOfExecution(view.id)}?older=${encodeURIComponent(view.older)}" rel="next">Older</a>`
}</nav>`;

const row = ({ id: execution }: ExecutionView, event: EventView): Html => html`<tr id="event-${event.id}">
<td class="number">${event.id}</td><td>${clockTime(event.at)}</td><th scope="row">${event.type}</th>
<td>${event.state === undefined ? '' : html`<a href="${pathOfState(execution, event.state)}">${event.state}</a>`}</td>
<td class="number">${event.previous}</td>
<td class="because">${event.leadsTo === undefined ? '' : html`<a href="${pathOfExecution(event.leadsTo)}">${event.leadsTo}</a>`}${
  event.details === undefined
    ? ''
    : html`<details id="details-${event.id}"><summary>${summary(event.details)}</summary>${text(event.details)}</details>`
}</td></tr>`;

const summary = ({ text: all }: ShownText): string => {
  const line = all.replace(/\s+/g, ' ').slice(0, 90);
  return line.length < 90 ? line : `${line}…`;
};

/** Where the executions of a console are that does not read them itself. */
export const executionElsewherePage = (
  id: string,
  { arn, url }: { readonly arn: string; readonly url: string },
): Html => html`
<section class="empty"><h1>Execution <code>${id}</code></h1>
<p class="quiet"><code>${arn}</code></p>
<p><a class="button primary" href="${url}" rel="noreferrer">Open it in the console of AWS</a></p></section>`;
