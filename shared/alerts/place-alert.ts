import type { AlertPlace, AlertReport, AlertRule } from '../rollout/alerts.ts';
import { fillPlaceholders, PlaceholderUnknown } from '../rollout/placeholders.ts';
import type { Release } from '../rollout/release.ts';
import { selects } from '../rollout/selector.ts';
import type { Target } from '../rollout/target.ts';

/** What alerts may be about, and how they say so. */
export interface Known {
  readonly targets: readonly Target[];
  readonly waves: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly rules: readonly AlertRule[];
}

/** By the releases that are known, the newest of the fleet first: all their names, and the rules of the first. Pure. */
export const knownIn = (releases: readonly Release[]): Known => ({
  targets: [...new Map(releases.toReversed().flatMap(({ targets }) => Object.entries(targets))).values()],
  waves: new Set(releases.flatMap(({ waves }) => waves.map(({ name }) => name))),
  services: new Set(releases.flatMap(({ services }) => Object.keys(services))),
  rules: releases[0]?.alerts ?? [],
});

export type Placed = { readonly places: readonly AlertPlace[] } | { readonly because: string };

/**
 * What an alert is about: what its sender names; else the target that its label `target` names; else what the first rule says that its labels
 * fit. Otherwise a sentence that says what was missing. Pure.
 */
export const placeAlert = ({ name, labels, place }: AlertReport, known: Known): Placed => {
  const called = `alert ${JSON.stringify(name)}`;
  const names = namesOf(known);
  if (place !== undefined) {
    if (names[place.scope].has(place.name)) return { places: [place] };
    return { because: `${called}: there is no ${place.scope} ${JSON.stringify(place.name)}` };
  }
  const named = Object.hasOwn(labels, 'target') ? labels.target : undefined;
  if (named !== undefined && names.target.has(named)) return { places: [{ scope: 'target', name: named }] };
  for (const rule of known.rules) {
    const places = placesOf(rule, labels, known);
    if (places.length > 0) return { places };
  }
  if (known.targets.length === 0) return { because: `${called}: nothing was released yet, so that no target is known` };
  const tried =
    named === undefined
      ? 'it has no label target'
      : `there is no target ${JSON.stringify(named.slice(0, 80))}, which its label target names`;
  return { because: `${called}: ${tried}, and no entry of alerts in the config fits its labels` };
};

const namesOf = ({ targets, waves, services }: Known): Readonly<Record<AlertPlace['scope'], ReadonlySet<string>>> => ({
  target: new Set(targets.map(({ name }) => name)),
  wave: waves,
  service: services,
});

const placesOf = (rule: AlertRule, labels: AlertReport['labels'], known: Known): readonly AlertPlace[] => {
  if ('targets' in rule) {
    return known.targets
      .filter((target) => selects(rule.targets, target) && fits(rule.labels, labels, target))
      .map(({ name }) => ({ scope: 'target', name }));
  }
  if (!fits(rule.labels, labels, undefined)) return [];
  return ['wave' in rule ? { scope: 'wave', name: rule.wave } : { scope: 'service', name: rule.service }];
};

/** Whether all wanted labels are there and equal, placeholders filled in. A target that has no value for one is not meant. */
const fits = (wanted: AlertRule['labels'], labels: AlertReport['labels'], target: Target | undefined): boolean =>
  Object.entries(wanted).every(([label, value]) => {
    const filled = target === undefined ? value : filledIn(value, target);
    return filled !== undefined && Object.hasOwn(labels, label) && labels[label] === filled;
  });

const filledIn = (text: string, target: Target): string | undefined => {
  try {
    return fillPlaceholders(text, target, (value) => value);
  } catch (error) {
    if (error instanceof PlaceholderUnknown) return undefined;
    throw error;
  }
};
