import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Html } from '../answer.ts';
import { clockTime } from './time.ts';

export type Tab = 'fleet' | 'rollouts' | 'drift' | 'audit';

export interface Page {
  readonly title: string;
  readonly tab?: Tab;
  readonly body: Html;
  /** 0: this page is not looked at again. */
  readonly pollSeconds: number;
  readonly simulated: boolean;
  /** Epoch milliseconds at which the page was made. */
  readonly at?: number;
  readonly who?: string;
  /** Whether who is signed in can sign out. */
  readonly signsIn: boolean;
}

const tabs: readonly { readonly tab: Tab; readonly href: string; readonly name: string; readonly keys: string }[] = [
  { tab: 'fleet', href: '/', name: 'Fleet', keys: 'g f' },
  { tab: 'rollouts', href: '/rollouts', name: 'Rollouts', keys: 'g r' },
  { tab: 'drift', href: '/drift', name: 'Drift', keys: 'g d' },
  { tab: 'audit', href: '/audit', name: 'Audit', keys: 'g a' },
];

/** A whole page. No inline script, no inline style. */
export const layout = async (page: Page): Promise<HtmlEscapedString> => html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="poll-seconds" content="${page.pollSeconds}">
<title>${page.title} · Tidegate</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/console.css">
<script type="module" src="/assets/client.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
${page.simulated ? simulatedBanner : ''}
<header class="top">
<a class="brand" href="/">${logo}<span>Tidegate</span></a>
<nav aria-label="Pages">${tabs.map(
  ({ tab, href, name, keys }) =>
    html`<a href="${href}" data-keys="${keys}"${tab === page.tab ? html` aria-current="page"` : ''}>${name}</a>`,
)}</nav>
<p class="as-of">${page.at === undefined ? '' : html`<span id="live" data-live="no">as of ${clockTime(page.at)}</span>`}</p>
${page.who === undefined ? '' : html`<p class="who" title="Signed in as">${page.who}</p>`}
${page.who === undefined || !page.signsIn ? '' : html`<form class="sign-out" method="post" action="/sign-out"><button class="link">Sign out</button></form>`}
</header>
<main id="main" tabindex="-1">${page.body}</main>
</body>
</html>`;

const simulatedBanner = html`<p class="simulated"><strong>SIMULATED</strong> The fleet is simulated; nothing leaves this machine.</p>`;

const logo = html`<svg class="logo" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M2 8c3.3 0 3.3 2.6 6.7 2.6S12 8 15.3 8s3.3 2.6 6.7 2.6"/><path d="M2 13.5c3.3 0 3.3 2.6 6.7 2.6s3.3-2.6 6.6-2.6 3.3 2.6 6.7 2.6"/><path d="M12 3v18"/></svg>`;
