import type { Images } from '../../local/fleet/images.ts';
import type { RolloutEvent } from '../../shared/ledger/events.ts';
import { image, smallFleetConfig } from './fleet-config.ts';

/** What a rehearsal of either mode can do, as far as this story needs it. */
export interface Stage {
  readonly images: Images;
  begin(): Promise<string>;
  merge(changes: Readonly<Record<string, string>>, message: string): Promise<string>;
  asked(): Promise<{ readonly approval: string; readonly plan: string }>;
  decide(approval: { readonly approval: string; readonly plan: string }, vote: 'approve' | 'reject'): Promise<unknown>;
  ended(rollout: string): Promise<{ readonly outcome: string } | undefined>;
  kinds(rollout: string): Promise<readonly string[]>;
  judged(rollout: string, wave: string): Promise<boolean>;
  until(holds: () => boolean | Promise<boolean>): Promise<void>;
}

/** How each of the three ended, and what happened on the way. */
export interface Told {
  readonly ends: readonly string[];
  readonly kinds: Readonly<Record<string, readonly string[]>>;
}

/** A first version, a second one that is approved, and a third that a probe in the second wave takes back. */
export const tellThreeVersions = async (stage: Stage): Promise<Told> => {
  const first = await stage.begin();
  await stage.decide(await stage.asked(), 'approve');
  const firstEnd = await stage.ended(first);

  const second = await stage.merge({ 'tidegate.json': smallFleetConfig('v2') }, 'Version 2');
  await stage.decide(await stage.asked(), 'approve');
  const secondEnd = await stage.ended(second);

  const third = await stage.merge({ 'tidegate.json': smallFleetConfig('v3') }, 'Version 3');
  await stage.until(() => stage.judged(third, 'internal'));
  stage.images.publish(image('v3').split('@')[1] ?? '', { health: 'failing' });
  const thirdEnd = await stage.ended(third);

  return {
    ends: [firstEnd, secondEnd, thirdEnd].map((end) => end?.outcome ?? 'no end'),
    kinds: { second: await stage.kinds(second), third: await stage.kinds(third) },
  };
};

const results = ['deployment', 'verdict', 'wave'];

/**
 * A rollout's events as kind, wave and, for deployments, target: the steps in their order, then what they led to, sorted. Which target is
 * ready first is chance in real mode, and in virtual mode a step and its result may be of one millisecond, in which the order is by kind.
 */
export const kindsOf = (events: readonly { readonly event: RolloutEvent }[]): readonly string[] => {
  const texts = events.map(({ event: { kind, wave, target } }) => ({
    isResult: results.includes(kind),
    text: [kind, wave, kind === 'deployment' ? target : undefined].filter((part) => part !== undefined).join(' '),
  }));
  const pick = (isResult: boolean) => texts.filter((each) => each.isResult === isResult).map(({ text }) => text);
  return [...pick(false), ...pick(true).sort()];
};
