import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Story, tellStory } from './fleet-story.ts';
import { serve } from './serve.ts';
import { consoleOver, type StoryConsole } from './story-console.ts';

const executablePath = '/usr/bin/chromium';
const isThere = existsSync(executablePath);
if (!isThere) console.warn('skipped: no chromium');

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

interface Open {
  readonly page: Page;
  readonly story: Story;
  readonly site: StoryConsole;
  /** What the browser complained of. */
  readonly complaints: readonly string[];
}

describe.skipIf(!isThere)('in a browser', () => {
  let browser: Browser;
  const open: { context: BrowserContext; close(): Promise<void> }[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: flags });
  });
  afterAll(async () => {
    for (const { context, close } of open) {
      await context.close();
      await close();
    }
    await browser?.close();
  });

  const visit = async (path: (story: Story) => string, options: BrowserContextOptions = {}): Promise<Open> => {
    const story = await tellStory();
    const site = consoleOver(story);
    const { url, close } = await serve(site.fetch);
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    open.push({ context, close });
    await context.addCookies([{ name: 'who', value: 'ana', url, httpOnly: true, sameSite: 'Strict' }]);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    if (options.javaScriptEnabled !== false) await page.clock.setFixedTime(story.clock.now());
    await page.goto(url + path(story));
    return { page, story, site, complaints };
  };

  const approval = ({ approval: id }: Story) => `/approvals/${id}`;

  test('a release is approved from the fleet by the keyboard alone', async () => {
    const { page, site, complaints } = await visit(() => '/');
    const tabTo = async (name: RegExp) => {
      for (let step = 0; step < 60; step += 1) {
        await page.keyboard.press('Tab');
        const text = await page.evaluate(() => document.activeElement?.textContent ?? '');
        if (name.test(text)) return;
      }
      throw new Error(`the Tab key never came to ${name}`);
    };
    await tabTo(/^Review$/);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/approvals\//);
    await tabTo(/^Approve 1f5db82 for external$/);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/rollouts\//);
    expect(site.told.map(({ output }) => output)).toEqual([{ decision: 'approved', because: 'approved by ana' }]);
    expect(complaints).toEqual([]);
  });

  test('no single key approves, and the keys lead where they say', async () => {
    const { page, site } = await visit(approval);
    for (const key of 'abcdefhijklmnopqrstuvwxyz') await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    expect(site.told).toEqual([]);
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL(/\/rollouts$/);
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').textContent()).toContain('No key approves anything');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('everything is there with script off, and a release is rejected with a comment', async () => {
    const { page, site } = await visit(() => '/', { javaScriptEnabled: false });
    expect(await page.locator('.target').count()).toBe(12);
    await page.getByRole('link', { name: 'Review' }).click();
    await page.getByLabel('Comment').fill('not before Monday');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.waitForURL(/\/rollouts\//);
    expect(site.told.map(({ output }) => output)).toEqual([
      { decision: 'rejected', because: 'rejected by ana: not before Monday' },
    ]);
  });

  const pages: readonly [string, (story: Story) => string][] = [
    ['fleet', () => '/'],
    ['rollouts', () => '/rollouts'],
    ['rollout', ({ rollout }) => `/rollouts/${rollout}`],
    ['approval', approval],
    ['plan of a target', (story) => `${approval(story)}/plan?target=azure-eastus-prod01`],
  ];

  test.each(pages)('%s fits a phone without scrolling sideways, and its buttons fit a thumb', async (_, path) => {
    const { page } = await visit(path, { viewport: { width: 390, height: 844 } });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    for (const button of await page.locator('.button').all()) {
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    }
  });

  test.each(['light', 'dark'] as const)('text can be read on its ground in %s', async (colorScheme) => {
    const { page } = await visit(approval, { colorScheme });
    const contrasts = await page.evaluate(() => {
      const channels = (colour: string): number[] => {
        const canvas = document.createElement('canvas').getContext('2d');
        if (canvas === null) return [0, 0, 0, 0];
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
        return [red, green, blue, alpha];
      };
      const groundOf = (element: Element | null): number[] => {
        if (element === null) return [255, 255, 255, 255];
        const own = channels(getComputedStyle(element).backgroundColor);
        return own[3] === 255 ? own : groundOf(element.parentElement);
      };
      const luminance = (colour: number[]): number =>
        colour
          .slice(0, 3)
          .map((value) => value / 255)
          .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
          .reduce((sum, value, at) => sum + value * ([0.2126, 0.7152, 0.0722][at] ?? 0), 0);
      return [...document.querySelectorAll('h1, h2, h3, p, a, code, ins, del, .badge, .quiet, .note, button')]
        .filter((element) => element.textContent !== '' && element.closest('.skip, .unseen, .simulated') === null)
        .map((element) => {
          const [text, ground] = [luminance(channels(getComputedStyle(element).color)), luminance(groundOf(element))];
          const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
          return { contrast, text: `${element.tagName}.${element.className} ${element.textContent?.slice(0, 30)}` };
        })
        .filter(({ contrast }) => contrast < 4.5);
    });
    expect(contrasts).toEqual([]);
  });

  test('a page that moves is drawn anew without taking what is being typed', async () => {
    const { page, story } = await visit(approval);
    await page.getByLabel('Comment').fill('half a sen');
    const before = await page.locator('.votes').count();
    const { decideApproval } = await import('../../shared/approval/decide-approval.ts');
    const steps = {
      start: async () => '',
      succeed: async () => true,
      fail: async () => true,
      status: async () => undefined,
    };
    const clock = { now: () => story.clock.now(), sleep: async () => undefined, after: () => () => undefined };
    // The second approver of two: the approval stays open, and the page shows the first.
    const key = { partition: `approval#${story.approval}`, sort: 'head' };
    const row = await story.ledger.get(key);
    if (row === undefined) throw new Error('no approval');
    await story.ledger.put({ ...key, data: { ...row.data, people: 2 }, expect: row.version });
    const actor = { name: 'chi', kind: 'person', roles: ['release-managers'] } as const;
    await decideApproval(story.approval, { plan: story.plan, vote: 'approve', comment: '' }, actor, steps, {
      ledger: story.ledger,
      clock,
    });
    await page.locator('.votes', { hasText: 'chi said yes' }).waitFor();
    expect(before).toBe(0);
    expect(await page.getByLabel('Comment').inputValue()).toBe('half a sen');
  });

  test.each([1280, 800, 390])('at %i pixels no field of the audit log covers another', async (width) => {
    const { page } = await visit(() => '/audit', { viewport: { width, height: 800 } });
    const covered = await page.evaluate(() => {
      const boxes = [...document.querySelectorAll('.filters :is(input, button)')].map((each) =>
        each.getBoundingClientRect(),
      );
      return boxes.flatMap((a, at) =>
        boxes.slice(at + 1).filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
      ).length;
    });
    expect(covered).toBe(0);
  });

  test('data that can not be had any more is called old, and nobody decides on it', async () => {
    const { page } = await visit(approval);
    await page.route('**/*', (route) => route.abort());
    await page.clock.setFixedTime(Date.now() + 3_600_000);
    await page.getByText(/data \d+ s old, retrying/).waitFor();
    expect(await page.getByRole('button', { name: /^Approve/ }).isDisabled()).toBe(true);
  });

  test.skipIf(process.env.TIDEGATE_SCREENSHOT !== '1')('the picture of the README', async () => {
    const { page } = await visit(() => '/', { viewport: { width: 1280, height: 640 }, deviceScaleFactor: 2 });
    await page.getByText('live').waitFor();
    await page.screenshot({ path: new URL('../../docs/console.png', import.meta.url).pathname });
  });
});
