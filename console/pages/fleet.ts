import { html } from 'hono/html';
import type { Provider } from '../../shared/rollout/target.ts';
import type { Html } from '../answer.ts';
import type { FleetCell, FleetView, FleetWave, WaitingView } from '../views/fleet.ts';
import { shortCommit, shortDigest } from '../views/standing-text.ts';
import { availabilitySection } from './availability.ts';
import { heldCalls, holdForms } from './holds.ts';
import { situationTimes } from './situation.ts';
import { badge, glyph, kindLooks, targetLooks, waveLooks } from './status.ts';
import { relativeTime } from './time.ts';

/** What runs where, is anything broken, is something moving, does it wait for me, are all alike. */
export const fleetPage = (view: FleetView): Html => html`
<h1 class="unseen">Fleet</h1>
${heldCalls(view.holds)}
${view.waiting.map(waiting)}
${movingList(view)}
${view.waves.length === 0 ? empty : html`${summary(view)}<div class="waves providers-${view.providers.length}">${view.waves.map((each) => wave(each, view.providers))}</div>${availabilitySection(view.availability)}`}
${view.waves.length === 0 ? '' : holdForms(view)}`;

const empty = html`<section class="empty"><h2>No rollouts yet</h2>
<p>The fleet appears here with its first release. Merge a change of the config repository, or start one by hand:</p>
<pre><code>tidegate release COMMIT</code></pre></section>`;

const waiting = ({
  approval,
  rollout,
  wave,
  people,
  votes,
  deletes,
  roles,
  targets,
  askedAt,
  expiresAt,
}: WaitingView): Html => html`
<section class="call" id="waiting-${approval}">
<div>
<h2>Wave ${wave} waits for approval: ${count(targets, 'target')}</h2>
<p>${deletes === undefined ? '' : html`<span class="note bad">deletes ${count(deletes, 'object')}, to be approved by name</span> `}Needs ${people} of ${roles.join(', ')}, has ${votes}. Asked ${relativeTime(askedAt)}, expires ${relativeTime(expiresAt)}.
<a href="/rollouts/${rollout}">Rollout</a></p>
</div>
<a class="button primary" href="/approvals/${approval}">Review</a>
</section>`;

const movingList = (view: FleetView): Html => {
  const moving = view.rollouts.filter(({ situation }) => situation.kind !== 'waits-for-people');
  if (moving.length === 0) return html``;
  return html`<ul class="moving" role="status">${moving.map(
    ({ rollout, commit, situation }) => html`<li id="moving-${rollout}">
${badge(kindLooks[situation.kind] ?? waveLooks.deploying)}
<a href="/rollouts/${rollout}" data-row><code>${shortCommit(commit)}</code></a>
<span class="grow">${situation.sentence}</span><span class="quiet">${situationTimes(situation)}</span></li>`,
  )}</ul>`;
};

const summary = ({ waves, releases }: FleetView): Html => {
  const total = waves.reduce((sum, each) => sum + each.cells.length, 0);
  return html`<p class="summary"><strong>${count(total, 'target')}</strong>${releases.map(
    ({ release, commit, targets }) =>
      html`<span>${targets} on <code>${shortCommit(commit)}</code> <code class="quiet">${shortDigest(release)}</code></span>`,
  )}${releases.length > 1 ? html`<span class="note">skew: ${releases.length} releases</span>` : ''}</p>`;
};

const wave = (each: FleetWave, providers: readonly Provider[]): Html => html`
<section class="wave" id="wave-${each.wave}" aria-labelledby="wave-${each.wave}-name">
<header><h2 id="wave-${each.wave}-name">${each.wave}</h2>${head(each)}</header>
${providers.map((provider) => {
  const cells = each.cells.filter((one) => one.provider === provider);
  return html`<div class="cloud"><h3>${provider.toUpperCase()}</h3><ul class="targets">${cells.map(cell)}</ul></div>`;
})}
</section>`;

const head = ({ pass, cells }: FleetWave): Html => {
  if (pass === undefined) return html`<p class="quiet">${count(cells.length, 'target')}</p>`;
  const { status, done, total, gates, gateNames, soakEndsAt, rollout, commit } = pass;
  const passing = gates.filter(({ gate, verdict }) => gateNames.includes(gate) && verdict === 'pass').length;
  return html`<p>${badge(waveLooks[status])}</p>
<p class="figures"><a href="/rollouts/${rollout}" title="Rollout of ${commit}"><b>${done}/${total}</b></a>
<span>${gates.length === 0 ? count(gateNames.length, 'gate') : html`${passing}/${gateNames.length} gates pass`}</span>
${soakEndsAt === undefined ? '' : html`<span>soak ends ${relativeTime(soakEndsAt)}</span>`}</p>`;
};

const cell = ({ target, status, because, release, commit, since, rollout, region, unfenced }: FleetCell): Html => html`
<li class="target ${targetLooks[status].tone}" id="target-${target}"${because === undefined ? '' : html` title="${because}"`}>
${glyph(targetLooks[status])}
<div><strong>${target}</strong>
<span class="line">${
  release === undefined
    ? html`<span class="quiet">nothing deployed yet</span>`
    : html`<code>${shortCommit(commit ?? '')}</code> <code class="quiet">${shortDigest(release)}</code>`
}${unfenced === undefined ? '' : html` <span class="quiet" title="${`No admission policy against stale writers: ${unfenced}`}">unfenced</span>`}</span></div>
<span class="side">${rollout === undefined ? html`<span class="word">${targetLooks[status].word}</span>` : html`<a class="word" href="/rollouts/${rollout}#target-${target}" data-row>${targetLooks[status].word}</a>`}
<span class="quiet">${since === undefined ? region : relativeTime(since)}</span></span>
</li>`;

/** `1 target`, `6 targets`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** `on all 6 targets`, or on which. */
export const onTargets = (names: readonly string[], all: number): Html =>
  html`<span class="quiet">on ${names.length === all && all > 1 ? `all ${count(all, 'target')}` : names.join(', ')}</span>`;
