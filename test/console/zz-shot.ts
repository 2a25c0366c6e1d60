import { chromium } from 'playwright-core';
import { tellStory } from './fleet-story.ts';
import { serve } from './serve.ts';
import { consoleOver } from './story-console.ts';

const story = await tellStory();
const site = await serve(consoleOver(story).fetch);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
for (const [name, path, width, scheme] of [
  ['fleet', '/', 1400, 'light'],
  ['fleet-dark', '/', 1400, 'dark'],
  ['rollout', `/rollouts/${story.rollout}`, 1400, 'light'],
  ['approval', `/approvals/${story.approval}`, 1400, 'light'],
  ['approval-dark', `/approvals/${story.approval}`, 1400, 'dark'],
  ['fleet-phone', '/', 390, 'light'],
  ['approval-phone', `/approvals/${story.approval}`, 390, 'dark'],
  ['rollouts', '/rollouts', 1400, 'dark'],
  ['rollout-phone', `/rollouts/${story.rollout}`, 390, 'light'],
  ['raw', `/approvals/${story.approval}/plan?target=aws-us-east-1-prod01`, 1400, 'light'],
  ['error', '/approvals/none', 1400, 'light'],
] as const) {
  const context = await browser.newContext({ viewport: { width, height: 850 }, colorScheme: scheme });
  await context.addCookies([{ name: 'who', value: 'ana', url: site.url }]);
  const page = await context.newPage();
  page.on('console', (m) => console.log(name, m.type(), m.text()));
  page.on('pageerror', (e) => console.log(name, 'error', e.message));
  await page.clock.setFixedTime(story.clock.now());
  await page.goto(site.url + path);
  await page.waitForTimeout(300);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) console.log(name, 'overflow', overflow);
  await page.screenshot({ path: `/tmp/console-work/${name}.png`, fullPage: true });
  await context.close();
}
await browser.close();
await site.close();
