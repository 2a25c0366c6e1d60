import { html } from 'hono/html';
import type { Html } from '../answer.ts';

/** Asks somebody whether the terminal before them may act as them. It shows the same code, or it is somebody else's. */
export const terminalBody = ({
  challenge,
  code,
  name,
}: {
  readonly challenge: string;
  readonly code: string;
  readonly name: string;
}): Html => html`<section class="empty"><h1>Let a terminal act as ${name}?</h1>
<p>It shows the code</p><p><strong class="code">${code}</strong></p>
<p>If somebody else sent you this link, they get your rights. Go on only if <code>tidegate login</code> in your own terminal shows these eight characters.</p>
<form method="post" action="/sign-in/terminal/${challenge}"><button class="button primary">Let it in until your session ends</button></form>
<p><a class="button" href="/">No</a></p></section>`;

/** Says that the terminal may go on. */
export const terminalGranted = (name: string): Html =>
  html`<section class="empty"><h1>Your terminal acts as ${name}</h1><p>It goes on by itself; this page can be closed. <code>tidegate logout</code> ends it.</p></section>`;

/** What somebody sees who has signed out here. */
export const signedOut: Html = html`<section class="empty"><h1>Signed out</h1><p>Of this console, and not of where you sign in.</p>
<p><a class="button" href="/sign-in">Sign in again</a></p></section>`;
