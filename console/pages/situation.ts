import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { Situation } from '../views/situation.ts';
import { badge, endLooks, kindLooks, waveLooks } from './status.ts';
import { relativeTime } from './time.ts';

/** Since when, until when, and what then. */
export const situationTimes = ({ kind, since, until, thenGivesUp }: Situation): Html =>
  html`${
    since === undefined ? '' : html`${kind === 'ended' ? '' : 'began '}${relativeTime(since)}`
  }${until === undefined ? '' : html`, ${thenGivesUp ? 'gives up' : 'ends'} ${relativeTime(until)}`}`;

/** The one sentence about a rollout, spoken when it changes. */
export const situationBox = (situation: Situation, outcome: string | undefined): Html => {
  const look = (outcome === undefined ? kindLooks[situation.kind] : endLooks[outcome]) ?? waveLooks.deploying;
  return html`<section class="situation ${look.tone}">
<p class="sentence" role="status">${badge(look)} <span>${situation.sentence}</span></p>
<p class="quiet">${situationTimes(situation)}${situation.who === undefined ? '' : html`. Can act: ${situation.who}`}</p>
${situation.approval === undefined ? '' : html`<a class="button primary" href="/approvals/${situation.approval}">Review</a>`}
</section>`;
};
