import { html } from 'hono/html';
import type { KeptJudgement } from '../../shared/ledger/waves.ts';
import type { Html } from '../answer.ts';
import { type GateView, quantity } from '../views/gates.ts';
import { badge, glyph, verdictLooks } from './status.ts';
import { clockTime, duration } from './time.ts';

const moments = { before: 'before', during: 'so far', after: 'final' } as const;

/** The gates of a wave with value, limit, window, samples and verdict, the worst target speaking; every target under it. */
export const gateTable = (gates: readonly GateView[], caption: string): Html => html`
<div class="scroll"><table class="gates"><caption>${caption}</caption>
<thead><tr><th scope="col">Gate</th><th scope="col">Verdict</th><th scope="col" class="number">Value</th><th scope="col" class="number">Limit</th>
<th scope="col" class="number">Window</th><th scope="col" class="number">Samples</th><th scope="col">Source</th><th scope="col">Because</th></tr></thead>
<tbody>${gates.map(row)}</tbody></table></div>`;

const row = (gate: GateView): Html => {
  const { worst } = gate;
  return html`<tr>
<th scope="row">${gate.gate}<span class="quiet"> ${moments[gate.moment]}</span></th>
<td>${badge(verdictLooks[gate.verdict])} <span class="quiet">${gate.passed}/${gate.of}</span></td>
<td class="number">${worst.value === undefined ? '–' : quantity(worst.value, gate.unit)}</td>
<td class="number">${gate.limit ?? '–'}</td>
<td class="number">${worst.window === undefined ? '–' : span(worst.window.to - worst.window.from)}</td>
<td class="number">${worst.samples === undefined ? '–' : String(Math.round(worst.samples))}</td>
<td>${worst.source === undefined ? '–' : sourceName(worst.source)}</td>
<td class="because">${details(gate)}</td></tr>`;
};

/** A gauge is read at one moment. */
const span = (ms: number): string => (ms === 0 ? 'instant' : duration(ms));

const sourceName = (source: string): string => URL.parse(source)?.host ?? source;

const details = (
  gate: GateView,
): Html => html`<details id="gate-${gate.gate}-${gate.worst.at}-${gate.worst.target ?? 'wave'}">
<summary>${gate.worst.because}</summary>
<ul>${gate.judgements.map((each) => judgement(each))}</ul></details>`;

const judgement = (each: KeptJudgement): Html => html`<li>${glyph(verdictLooks[each.verdict])}
<div><span>${each.because}</span>
<span class="quiet">${each.moment}, ${clockTime(each.at)}${each.source === undefined ? '' : html`, ${each.source}`}</span>
${each.query === undefined ? '' : html`<code class="query">${each.query}</code>`}</div></li>`;
