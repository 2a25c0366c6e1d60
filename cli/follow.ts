import { readOpenApprovals } from '../shared/approval/rows.ts';
import { readEvents } from '../shared/ledger/events.ts';
import { type Rollout, readRollout } from '../shared/ledger/rollouts.ts';
import type { Outside } from '../shared/outside/outside.ts';
import type { Terminal } from './terminal.ts';

/** How often the ledger is looked at. */
const lookMs = 200;
/** How long after its end the last event of a rollout is waited for: making git true again comes between, and may fail. */
const lastEventMs = 20_000;

export interface FollowOptions {
  /** Decides on what waits for a person; absent: a person does. */
  readonly decide: (() => Promise<void>) | undefined;
  readonly json: boolean;
  readonly server: { readonly url: string; readonly signIn: string };
}

/**
 * Prints what happens in a rollout of this process as it happens, one line an event, until it has ended or Ctrl-C; 20 s after its end it
 * stops even if nobody said so. Returns the rollout as
 * it then stands.
 */
export const followRollout = async (
  rollout: string,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
  options: FollowOptions,
  terminal: Terminal,
): Promise<Rollout | undefined> => {
  let after: string | undefined;
  let started: number | undefined;
  let told = false;
  let endSeenAt: number | undefined;
  const asked = new Set<string>();
  for (;;) {
    for (const { key, event } of await readEvents(ledger, rollout, after)) {
      after = key;
      started ??= event.at;
      // The last event comes after git was made true again; the end itself stands in the ledger before that.
      told ||= event.kind === 'ended';
      if (options.json) terminal.out(JSON.stringify({ rollout, ...event }));
      else terminal.say(eventLine(event.at - started, event.text, terminal));
    }
    const row = await readRollout(ledger, rollout);
    if (row?.end !== undefined) endSeenAt ??= clock.now();
    const late = endSeenAt !== undefined && clock.now() - endSeenAt >= lastEventMs;
    if (told || late || terminal.interrupted.aborted) return row;
    if (options.decide !== undefined) await options.decide();
    else await sayWhatWaits(rollout, ledger, asked, options.server, terminal);
    await clock.sleep(lookMs, terminal.interrupted).catch(() => undefined);
  }
};

const isGood = /\bPASS\b|\bpassed:|^succeeded|\bis back$/;
const isBad = /^(stops|refused|failed|rolled_back|aborted)\b|\bFAIL\b|\b(failed|lost|stopped|aborted):/;

const eventLine = (ms: number, text: string, terminal: Terminal): string => {
  const style = isGood.test(text) ? 'green' : isBad.test(text) ? 'red' : undefined;
  const shown = style === undefined ? text : terminal.style(style, text);
  return `  ${terminal.style('dim', `${(ms / 1000).toFixed(1).padStart(6)} s`)}  ${shown}`;
};

/** Once for each approval: how to decide on it. */
const sayWhatWaits = async (
  rollout: string,
  ledger: Outside['ledger'],
  asked: Set<string>,
  server: FollowOptions['server'],
  terminal: Terminal,
): Promise<void> => {
  for (const { approval, plan, wave, rollout: ofRollout, deletes } of await readOpenApprovals(ledger)) {
    if (ofRollout !== rollout || asked.has(approval)) continue;
    asked.add(approval);
    terminal.say(terminal.style('bold', `\n  ${wave} waits for your approval`));
    terminal.say(`    in the console         ${server.url}/approvals/${approval}`);
    if (deletes !== undefined) terminal.say(`    it deletes ${deletes.count} objects, which the approval has to name`);
    terminal.say(`    from another terminal  node bin/tidegate.mjs approve ${approval} --digest ${plan}\n`);
  }
};
