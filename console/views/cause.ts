import { nameSuspect } from '../../shared/rollout/order-suspects.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import type { Suspects } from '../../shared/wave/find-suspects.ts';
import type { EvidenceRow } from '../rows/rollout-rows.ts';
import { type GateView, quantity } from './gates.ts';
import type { RolloutView, TargetView, WaveView } from './rollout.ts';

/** Why a rollout stopped, was refused, or does not go on: what `tidegate why` prints. */
export interface Cause {
  readonly kind: 'gate' | 'deployment' | 'approval' | 'refusal' | 'situation';
  /** `gate errors FAIL on gke-1`. */
  readonly subject: string;
  readonly at?: number;
  readonly because: string;
  readonly measured?: string;
  readonly limit?: string;
  /** Milliseconds. */
  readonly window?: number;
  readonly samples?: number;
  readonly source?: string;
  readonly query?: string;
  /** How the other targets of the wave stand by the same gate. */
  readonly others?: string;
  /** Every problem of a refusal. */
  readonly problems: readonly string[];
  /** What else was changed within a day where it failed, the most likely first: `gke-1: b44cb46, 8 h 04 min before, …`. */
  readonly suspects: readonly string[];
  /** What follows from it, as configured. */
  readonly rule?: string;
  readonly evidence: readonly { readonly target: string; readonly objects: readonly EvidenceRow[] }[];
}

/**
 * The one cause of how a rollout stands: the gate that failed, else the deployment, else the approval, else the refusal, else whatever
 * it waits for. Pure.
 */
export const causeOf = (view: RolloutView): Cause => ({ ...mainCauseOf(view), suspects: suspectsIn(view) });

const suspectsIn = ({ events }: RolloutView): readonly string[] =>
  events.flatMap(({ kind, details }) => {
    if (kind !== 'wave' || typeof details !== 'object' || details === null || !('suspects' in details)) return [];
    return (details.suspects as readonly Suspects[]).flatMap(({ target, suspects }) =>
      suspects.map((suspect) => {
        const of = 'outside' in suspect ? '' : ` (${suspect.rollout})`;
        return `${target}: ${nameSuspect(suspect)}${of}, ${suspect.because}`;
      }),
    );
  });

const mainCauseOf = (view: RolloutView): Omit<Cause, 'suspects'> => {
  const waves = view.waves.toReversed();
  const failed = waves.flatMap((wave) =>
    wave.gates.filter(({ worst }) => worst.effect !== 'report').map((gate) => ({ wave, gate })),
  );
  const gate =
    failed.find(({ gate: { verdict } }) => verdict === 'fail') ??
    failed.find(({ gate: { verdict } }) => verdict !== 'pass');
  const lost = waves.flatMap((wave) => wave.batches.flat().map((target) => ({ wave, target })));
  const deployment = lost.find(({ target }) => ['failed', 'lost', 'stopped'].includes(target.status));
  const rejected = waves.find(({ approval }) => approval?.decision === 'rejected');
  if (gate !== undefined && (gate.gate.verdict === 'fail' || deployment === undefined))
    return ofGate(gate.wave, gate.gate, view);
  // A target that was stopped in passing tells less than the stop itself.
  const stopped = waves.find(({ stop }) => stop !== undefined);
  if (stopped?.stop !== undefined) return ofStop(stopped, view);
  if (deployment !== undefined) return ofDeployment(deployment.wave, deployment.target, view);
  if (rejected !== undefined) return ofRejection(rejected, view);
  const refused = view.events.findLast(({ details }) => problemsIn(details).length > 0);
  if (refused !== undefined && view.end?.outcome === 'refused') {
    const { at, text, details } = refused;
    const problems = problemsIn(details);
    return { kind: 'refusal', subject: 'release refused', at, because: text, problems, evidence: [] };
  }
  const { sentence, since } = view.situation;
  return {
    kind: 'situation',
    subject: (view.end?.outcome ?? view.situation.kind).replaceAll(/[-_]/g, ' '),
    because: sentence,
    ...(since === undefined ? {} : { at: since }),
    problems: [],
    evidence: view.evidence,
  };
};

const problemsIn = (details: unknown): readonly string[] => {
  const list =
    typeof details === 'object' && details !== null && 'refused' in details ? (details.refused as unknown) : details;
  return Array.isArray(list) ? list.map(String) : [];
};

const ofGate = (wave: WaveView, gate: GateView, view: RolloutView): Omit<Cause, 'suspects'> => {
  const { worst, passed, of, unit, limit } = gate;
  return {
    kind: 'gate',
    subject: `gate ${wave.wave}/${gate.gate} ${worst.verdict.toUpperCase()}${worst.target === undefined ? '' : ` on ${worst.target}`}`,
    at: worst.at,
    because: worst.because,
    ...measuredIn(worst, unit),
    ...(limit === undefined ? {} : { limit }),
    ...(of > 1 ? { others: `${passed} of ${of} targets pass` } : {}),
    problems: [],
    rule: ruleOf(wave),
    evidence: view.evidence,
  };
};

const measuredIn = ({ value, window, samples, source, query }: Judgement, unit: GateView['unit']) => ({
  ...(value === undefined ? {} : { measured: quantity(value, unit) }),
  ...(window === undefined ? {} : { window: window.to - window.from }),
  ...(samples === undefined ? {} : { samples }),
  ...(source === undefined ? {} : { source }),
  ...(query === undefined ? {} : { query }),
});

const ofStop = (wave: WaveView, view: RolloutView): Omit<Cause, 'suspects'> => {
  const event = view.events.findLast(({ kind, wave: name }) => kind === 'stop' && name === wave.wave);
  const judgement = event?.details as Judgement | undefined;
  return {
    kind: 'gate',
    subject: `wave ${wave.wave} stopped`,
    ...(wave.stop === undefined ? {} : { at: wave.stop.at }),
    because: wave.stop?.because ?? '',
    ...(judgement === undefined ? {} : measuredIn(judgement, judgement.kind === 'probe' ? 'share' : 'number')),
    problems: [],
    rule: ruleOf(wave),
    evidence: view.evidence,
  };
};

const ofDeployment = (wave: WaveView, target: TargetView, view: RolloutView): Omit<Cause, 'suspects'> => ({
  kind: 'deployment',
  subject: `${target.target} ${target.status} in wave ${wave.wave}`,
  ...(target.endedAt === undefined ? {} : { at: target.endedAt }),
  because: target.because ?? 'no reason was recorded',
  problems: [],
  rule: ruleOf(wave),
  evidence: view.evidence,
});

const ofRejection = (wave: WaveView, view: RolloutView): Omit<Cause, 'suspects'> => {
  const vote = wave.approval?.votes.findLast((each) => each.vote === 'reject');
  return {
    kind: 'approval',
    subject: `approval of wave ${wave.wave} rejected${vote === undefined ? '' : ` by ${vote.by}`}`,
    ...(vote === undefined ? {} : { at: vote.at }),
    because: vote?.comment ?? '',
    problems: [],
    rule: `nothing was written in ${wave.wave}; what came before it goes back`,
    evidence: view.evidence,
  };
};

const ruleOf = ({ wave, maxFailures, status }: WaveView): string => {
  const consequence =
    status === 'going-back' || status === 'back'
      ? 'the wave goes back together'
      : `the wave is ${status.replaceAll('-', ' ')}`;
  return `${wave} may lose ${maxFailures} of its targets, and only pass opens a gate: ${consequence}`;
};
