import { html } from 'hono/html';
import type { RolloutEvent } from '../../shared/ledger/events.ts';
import { waveExecution } from '../../shared/rollout/own-rollout.ts';
import type { Html } from '../answer.ts';
import type { May } from '../app.ts';
import { pathOfExecution } from '../views/execution-id.ts';
import type { RolloutView, TargetView, WaveView } from '../views/rollout.ts';
import { shortCommit, shortDigest } from '../views/standing-text.ts';
import { flagsList } from './flags.ts';
import { count } from './fleet.ts';
import { gateTable } from './gates.ts';
import { endForms, orWhyNot } from './holds.ts';
import { situationBox } from './situation.ts';
import { badge, glyph, targetLooks, waveLooks } from './status.ts';
import { clockTime, dateTime, duration, relativeTime } from './time.ts';

/** Where is it, why is it not moving, what is failing, what happens next, how do I stop it. */
export const rolloutPage = (view: RolloutView, may: May): Html => html`
<header class="page"><h1>Rollout <code>${shortCommit(view.commit)}</code>${view.only === undefined ? '' : ` to ${view.only}`}</h1>
<p class="quiet"><code>${view.rollout}</code> of ${view.repository}, started ${dateTime(view.startedAt)} by ${view.startedBy}${
  view.release === undefined ? '' : html`, release <code title="${view.release}">${shortDigest(view.release)}</code>`
}, <a href="${pathOfExecution(`rollout:${view.rollout}`)}">execution</a></p></header>
${situationBox(view.situation, view.end?.outcome)}
${view.debt.length === 0 ? '' : html`<p class="debt">Ends without: ${view.debt.join(', ')}</p>`}
<div class="waves plain">${view.waves.map((each) => wave(each, view.rollout))}</div>
${view.waves.filter(({ gates }) => gates.length > 0).map((each) => gateTable(each.gates, `Gates of ${each.wave}`))}
${evidence(view.evidence)}
${timeline(view.events)}
${endForms(view, may)}
${retryForm(view, may)}
${rollbackForm(view, may)}`;

/** Name of the wave's execution in the direction it goes now; absent before it began. */
const executionOf = ({ wave: name, status }: WaveView, rollout: string): string | undefined => {
  if (status === 'not-started' || status === 'superseded') return undefined;
  return `wave:${waveExecution(rollout, name)}-${status === 'going-back' || status === 'back' ? 'back' : 'forward'}`;
};

const wave = (each: WaveView, rollout: string): Html => html`
<section class="wave" id="wave-${each.wave}" aria-labelledby="wave-${each.wave}-name">
<header><h2 id="wave-${each.wave}-name">${each.wave}</h2><p>${badge(waveLooks[each.status])}</p>
<p class="figures"><b>${each.done}/${each.total}</b>
<progress max="${Math.max(1, each.total)}" value="${each.done}" aria-label="${each.done} of ${each.total} targets"></progress></p>
<p class="quiet">${facts(each, executionOf(each, rollout))}</p></header>
${each.batches.map(
  (batch, at) =>
    html`<div class="cloud"><h3>Batch ${at + 1}</h3><ul class="targets">${batch.map((one) => target(one, executionOf(each, rollout)))}</ul></div>`,
)}
${flagsList(each.flags)}
</section>`;

const facts = (each: WaveView, execution: string | undefined): Html => {
  const { soakEndsAt, soakMs, gateNames, asksApproval, approval, maxFailures, startedAt, endedAt } = each;
  const parts: readonly Html[] = [
    ...(startedAt !== undefined && endedAt !== undefined ? [html`took ${duration(endedAt - startedAt)}`] : []),
    soakEndsAt === undefined ? html`soak ${duration(soakMs)}` : html`soak ends ${relativeTime(soakEndsAt)}`,
    html`${gateNames.length === 0 ? 'no gates' : gateNames.join(', ')}`,
    ...(maxFailures === 0 ? [] : [html`may lose ${count(maxFailures, 'target')}`]),
    ...(approval === undefined
      ? asksApproval
        ? [html`asks for approval`]
        : []
      : [html`<a href="/approvals/${approval.approval}">${approval.decision ?? 'approval asked'}</a>`]),
    ...(execution === undefined ? [] : [html`<a href="${pathOfExecution(execution)}">execution</a>`]),
  ];
  return html`${parts.map((part, at) => html`${at === 0 ? '' : ' · '}${part}`)}`;
};

const target = (
  { target: name, status, because, region, provider, startedAt, endedAt }: TargetView,
  execution: string | undefined,
): Html => html`
<li class="target ${targetLooks[status].tone}" id="target-${name}">${glyph(targetLooks[status])}
<div><strong>${
  execution === undefined || status === 'not-started'
    ? name
    : html`<a href="${pathOfExecution(execution)}?target=${encodeURIComponent(name)}">${name}</a>`
}</strong><span class="line">${because ?? html`<span class="quiet">${provider} ${region}</span>`}</span></div>
<span class="side"><span class="word">${targetLooks[status].word}</span>${
  startedAt === undefined || endedAt === undefined
    ? ''
    : html`<span class="quiet">${duration(endedAt - startedAt)}</span>`
}</span></li>`;

const evidence = (found: RolloutView['evidence']): Html =>
  found.length === 0
    ? html``
    : html`<section class="panel"><h2>What the clusters said</h2>${found.map(
        ({ target: name, objects }) =>
          html`<div><h3>${name}</h3>${objects.map(
            ({ because, events, logs }) =>
              html`<p>${because}</p>${[...events, ...logs].length === 0 ? '' : html`<pre tabindex="0">${[...events, ...logs].join('\n')}</pre>`}`,
          )}</div>`,
      )}</section>`;

const timeline = (events: readonly RolloutEvent[]): Html => html`
<section class="timeline"><h2>Timeline</h2>
<ol>${events
  .toReversed()
  .map(
    ({ at, kind, text, wave: name }) =>
      html`<li>${clockTime(at)}<span class="kind kind-${kind}">${kind}</span><span class="quiet">${name ?? ''}</span><span>${text}</span></li>`,
  )}</ol></section>`;

const retryForm = ({ end, rollout, commit }: RolloutView, may: May): Html =>
  end?.outcome !== 'partial' && end?.outcome !== 'failed'
    ? html``
    : orWhyNot(
        may('release'),
        html`<details class="act" id="retry"><summary>Retry…</summary>
<form method="post" action="/retries"><input type="hidden" name="rollout" value="${rollout}">
<p>Begins it once more, wave by wave. What has the release already is not written; it asks for approval as any other.</p>
<button class="button">Begin ${shortCommit(commit)} again</button></form></details>`,
      );

const rollbackForm = ({ end, rollout, commit, only }: RolloutView, may: May): Html =>
  end === undefined || only !== undefined || (end.outcome !== 'succeeded' && end.outcome !== 'partial')
    ? html``
    : orWhyNot(
        may('rollback'),
        html`<details class="act" id="rollback"><summary>Roll back…</summary>
<form method="post" action="/rollbacks"><input type="hidden" name="rollout" value="${rollout}">
<p>Starts a new rollout, wave by wave, of what was verified before <code>${shortCommit(commit)}</code>. It asks for approval as any other.</p>
<button class="button destructive">Start the rollback of ${shortCommit(commit)}</button></form></details>`,
      );
