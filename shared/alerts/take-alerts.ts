import { keepAlerts, noteActed } from '../ledger/alerts.ts';
import type { Outside } from '../outside/outside.ts';
import { type AlertPlace, type AlertReport, alertHold, type FiringAlert } from '../rollout/alerts.ts';
import { type Audience, audienceOf } from '../rollout/audience.ts';
import { unacted } from '../rollout/next-alerts.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { RunningWave } from '../wave/stop-running-waves.ts';
import { type Known, knownIn, placeAlert } from './place-alert.ts';

/** What acting on alerts needs of the capabilities beside it. */
export interface AlertTools {
  /** By whose names alerts speak of targets, the newest of the fleet first. */
  readReleases(): Promise<readonly Release[]>;
  /** Stops the waves under way that something speaks against; returns their names. Twice is as once. */
  stopWaves(against: (running: RunningWave) => Promise<Judgement | undefined>): Promise<readonly string[]>;
  /** Tells an audience, once for each key. What it throws is the sender's answer, who sends again. */
  tell(key: string, text: string, audience: Audience): Promise<void>;
}

/** What came of alerts that were told of. All lists are bounded; the numbers are not. */
export interface TakenAlerts {
  readonly firing: number;
  readonly resolved: number;
  /** Places that alerts hold now, of those that were spoken of: `target/eks-a`. */
  readonly held: readonly string[];
  /** Waves under way that were stopped. */
  readonly stopped: readonly string[];
  /** Alerts that fire and are about nothing that is known, a sentence each. */
  readonly unplaced: readonly string[];
  readonly unplacedInAll: number;
}

/** So many of a kind are named in an answer or a message. */
const named = 10;

/** A place with those of its alerts that nobody has acted on. */
interface Alarmed {
  readonly place: AlertPlace;
  readonly alerts: readonly FiringAlert[];
}

/**
 * Holds the places that alerts are about until they resolve, and stops the waves under way there, once for each alert that begins to fire. What
 * is known is kept first and noted as acted on last, when people are told, so that it may die anywhere and be told of again. Alerts that are about nothing known
 * change nothing, and are said. Twice is as once.
 */
export const takeAlerts = async (
  reports: readonly AlertReport[],
  tools: AlertTools,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<TakenAlerts> => {
  const known = knownIn(await tools.readReleases());
  const byPlace = new Map<string, { readonly place: AlertPlace; readonly reports: AlertReport[] }>();
  const unplaced: string[] = [];
  for (const report of reports) {
    const placed = placeAlert(report, known);
    // The end of one that nobody could place changes nothing: it never held anything.
    if ('because' in placed && report.status === 'firing') unplaced.push(placed.because);
    for (const place of 'places' in placed ? placed.places : []) {
      const at = byPlace.get(nameOf(place)) ?? { place, reports: [] };
      byPlace.set(nameOf(place), { ...at, reports: [...at.reports, report] });
    }
  }
  // Each place is a row of its own; the ledger bounds how many are written at a time.
  const kept = await Promise.all(
    [...byPlace.values()].map(async ({ place, reports: told }) => {
      const after = await keepAlerts(ledger, place, told, clock.now());
      return { place, alerts: unacted(after), isHeld: alertHold(after) !== undefined };
    }),
  );
  const alarmed = kept.filter(({ alerts }) => alerts.length > 0);
  const stopped = alarmed.length === 0 ? [] : await tools.stopWaves((running) => speakAgainst(running, alarmed));
  for (const { audience, own, waves } of byAudience(alarmed, stopped, known)) {
    await tools.tell(keyOf(own), saidOf(own, waves), audience);
  }
  await Promise.all(alarmed.map(({ place, alerts }) => noteActed(ledger, place, alerts, clock.now())));
  return {
    firing: reports.filter(({ status }) => status === 'firing').length,
    resolved: reports.filter(({ status }) => status === 'resolved').length,
    held: kept
      .filter(({ isHeld }) => isHeld)
      .map(({ place }) => nameOf(place))
      .slice(0, named),
    stopped,
    unplaced: [...new Set(unplaced)].slice(0, named),
    unplacedInAll: unplaced.length,
  };
};

/** What everybody is told of and, apart from that, the people of each private target: what fires, and which waves of theirs were stopped. Pure. */
const byAudience = (
  alarmed: readonly Alarmed[],
  stopped: readonly string[],
  { targets }: Pick<Known, 'targets'>,
): readonly { readonly audience: Audience; readonly own: readonly Alarmed[]; readonly waves: readonly string[] }[] => {
  const ownTargets = new Map(targets.filter((each) => each.private !== undefined).map((each) => [each.name, each]));
  // A private target's own wave is named after it; a service is everybody's.
  const ownerOf = ({ scope, name }: AlertPlace) => (scope === 'service' ? undefined : ownTargets.get(name));
  const owners = new Set(alarmed.map(({ place }) => ownerOf(place)));
  return [...owners].map((owner) => ({
    audience: audienceOf(owner),
    own: alarmed.filter(({ place }) => ownerOf(place) === owner),
    waves: stopped.filter((wave) => ownTargets.get(wave) === owner),
  }));
};

const nameOf = ({ scope, name }: AlertPlace): string => `${scope}/${name}`;

/** The first place that is of a running wave, and what fires there. */
const speakAgainst = async (running: RunningWave, alarmed: readonly Alarmed[]): Promise<Judgement | undefined> => {
  for (const { place, alerts } of alarmed) {
    const [first] = alerts;
    if (first === undefined) continue;
    if (await isAbout(place, running)) return judgementOf(place, first);
    // What a rollout has left behind ill it must not bring to others.
    const left = running.earlier.find((wave) => hasPlace(place, wave));
    if (left === undefined) continue;
    const judgement = judgementOf(place, first);
    return { ...judgement, because: `${judgement.because}; this rollout has gone through wave ${left.name} there` };
  }
  return undefined;
};

const isAbout = async ({ scope, name }: AlertPlace, { ref, targets, changes }: RunningWave): Promise<boolean> => {
  if (scope === 'wave') return ref.wave === name;
  return scope === 'target' ? targets.includes(name) : changes(name);
};

const hasPlace = ({ scope, name }: AlertPlace, wave: RunningWave['earlier'][number]): boolean =>
  scope === 'wave' ? wave.name === name : scope === 'target' && wave.targets.includes(name);

const judgementOf = ({ scope, name: place }: AlertPlace, { name, at, startsAt, summary }: FiringAlert): Judgement => ({
  gate: `alert ${name}`,
  kind: 'alerts',
  verdict: 'fail',
  ...(scope === 'target' ? { target: place } : {}),
  because: `it fires ${scope === 'target' ? '' : `for ${scope} ${place} `}since ${new Date(startsAt ?? at).toISOString()}${summary === undefined ? '' : `: ${summary}`}`,
  source: 'alerts from outside',
  window: { from: startsAt ?? at, to: at },
});

/** Names what began, so that people are told once of it, from however many senders. */
const keyOf = (alarmed: readonly Alarmed[]): string => {
  const [first] = alarmed;
  const [alert] = first?.alerts ?? [];
  return `alert ${first === undefined ? '' : nameOf(first.place)} ${alert?.id} ${alert?.at} and ${alarmed.length}`;
};

const saidOf = (alarmed: readonly Alarmed[], stopped: readonly string[]): string => {
  const places = alarmed.slice(0, 3).map(({ place, alerts: [first, ...others] }) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return `${place.scope} ${place.name} (${first?.name}${more}${first?.summary === undefined ? '' : `: ${first.summary}`})`;
  });
  const more = alarmed.length > 3 ? ` and ${alarmed.length - 3} more` : '';
  const waves = stopped.length === 0 ? 'no wave was under way there' : `stopped: ${stopped.join(', ')}`;
  return `alerts hold ${places.join(', ')}${more}; ${waves}`;
};
