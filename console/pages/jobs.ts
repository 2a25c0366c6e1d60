import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { JobGroup } from '../views/planned-jobs.ts';
import { onTargets } from './fleet.ts';

/** What runs once around the deployment. Nothing where no Job does. */
export const jobsPanel = (jobs: readonly JobGroup[], targets: number): Html =>
  jobs.length === 0
    ? html``
    : html`<section class="panel jobs"><h2>What runs once</h2>
<p class="quiet">Each once for this release on a target, one after the other; what fails takes the deployment with it, but for a test, which its gate judges.</p>
<ul>${jobs.map(
        ({ said, service, mayRepeat, targets: on }) =>
          html`<li><strong>${said}</strong> <span class="quiet">${service}${mayRepeat ? ', may run twice' : ''}</span> ${onTargets(on, targets)}</li>`,
      )}</ul></section>`;
