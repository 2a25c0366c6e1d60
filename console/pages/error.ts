import { html } from 'hono/html';
import type { Html } from '../answer.ts';

const headings: Readonly<Record<number, string>> = {
  400: 'That was not understood',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  409: 'No longer so',
  422: 'Not possible',
  503: 'Not now',
};

const waysOn: Readonly<Record<number, string>> = {
  409: 'Look at the page again: something has changed since it was shown.',
};

const unknownWay = 'Open the link that tidegate start printed, or ask with a bearer token.';

/** What went wrong, and the way on. */
export const errorBody = ({
  status,
  code,
  message,
  signsIn,
}: {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly signsIn: boolean;
}): Html => html`<section class="empty"><h1>${headings[status] ?? 'Something went wrong here'}</h1>
<p>${message}</p><p class="quiet">${status === 401 && !signsIn ? unknownWay : (waysOn[status] ?? '')} <code>${status} ${code}</code></p>
<p>${signsIn && (status === 401 || code === 'SIGN_IN_REFUSED') ? html`<a class="button primary" href="/sign-in">Sign in</a> ` : ''}<a class="button" href="/">Fleet</a></p></section>`;
