import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { ExecutionView } from '../views/execution.ts';
import { pathOfExecution } from '../views/execution-id.ts';
import type { PlacedState } from '../views/graph-layout.ts';
import { type StateStanding, wayOf } from '../views/state-runs.ts';

/** How a standing looks: a tone of the stylesheet, and always a word. */
export const standingLooks: Readonly<Record<StateStanding, { readonly tone: string; readonly word: string }>> = {
  idle: { tone: 'idle', word: 'not entered' },
  running: { tone: 'busy', word: 'running' },
  done: { tone: 'good', word: 'done' },
  caught: { tone: 'wait', word: 'failed, caught' },
  failed: { tone: 'bad', word: 'not left' },
};

/** Letters that fit on the widest state. */
const MOST_LETTERS = 31;

const short = (name: string): string => (name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name);

const MARGIN = 8;

/** Path from one execution's page to one of its states. */
export const pathOfState = (id: string, state: string): string =>
  `${pathOfExecution(id)}?state=${encodeURIComponent(state)}`;

/** The states of an execution and what leads where, drawn. Every state is a link to what went in and out of it. */
export const executionGraph = (view: ExecutionView): Html => {
  const { graph, id } = view;
  if (graph === undefined)
    return html`<p class="quiet">The machine has ${view.states.length} states, too many to be drawn.</p>`;
  const standings = new Map(view.states.map((state) => [state.name, state]));
  const [width, height] = [Math.ceil(graph.width) + 2 * MARGIN, Math.ceil(graph.height) + 2 * MARGIN];
  const state = (placed: PlacedState): Html => {
    const found = standings.get(placed.name);
    const { tone, word } = standingLooks[found?.standing ?? 'idle'];
    const [x, y] = [Math.round(placed.x), Math.round(placed.y)];
    const [w, h] = [Math.round(placed.width), Math.round(placed.height)];
    const times = (found?.entered ?? 0) > 1 ? ` ×${found?.entered}` : '';
    const failures = (found?.failed ?? 0) > 0 ? `, ${found?.failed} failed` : '';
    const says = `${placed.name}: ${placed.type}, ${word}${times}${failures}`;
    return html`<a href="${pathOfState(id, placed.name)}" class="state ${tone}${placed.isBox ? ' box' : ''}${
      view.visit?.state === placed.name ? ' seen' : ''
    }" aria-label="${says}"><title>${says}</title><rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6"/>
<text x="${placed.isBox ? x + 12 : x + w / 2}" y="${y + 19}"${placed.isBox ? '' : html` text-anchor="middle"`}>${short(placed.name)}</text>
${
  placed.isBox
    ? html`<text class="small" x="${x + w - 12}" y="${y + 19}" text-anchor="end">${placed.type}${times}</text>`
    : html`<text class="small" x="${x + w / 2}" y="${y + 35}" text-anchor="middle">${placed.type}${times}${failures}</text>`
}</a>`;
  };
  return html`<div class="graph" tabindex="0" role="group" aria-label="States"><svg width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}">
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
${graph.states.filter(({ isBox }) => isBox).map(state)}
${graph.edges.map(
  ({ path, kind, from, to }) =>
    html`<path class="edge ${kind}${view.ways.includes(wayOf(from, to)) ? ' passed' : ''}" d="${path}" marker-end="url(#tip)"/>`,
)}
${graph.states.filter(({ isBox }) => !isBox).map(state)}</svg></div>`;
};
