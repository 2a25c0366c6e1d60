import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Tally } from '../probe/tally.ts';
import { type ProbeGate, weighsEvidence } from '../rollout/gate.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { assessLoops } from './assess-loops.ts';
import type { GateTools, ProbeGates } from './gate-tools.ts';
import type { FailingProbe, ProberLoop } from './prober-loops.ts';
import { stopFor } from './stop-for.ts';

/** How a loop tells the others what it sees, and hears them. Absent where one region probes alone. */
export interface Others {
  /** Tells what fails from here now, by these tallies of a slice. */
  tell(failing: readonly FailingProbe[], tallies: readonly Tally[]): Promise<void>;
  /** Has what fails now told with the end of the slice. */
  keep(failing: readonly FailingProbe[]): void;
  /** All loops over these targets, this one too. */
  hear(): Promise<readonly ProberLoop[]>;
}

/** Watches the samples of a loop for what stops the wave. */
export interface StopAtFail {
  see(tally: Tally): void;
  /** The slice is over: what fails no more is taken back. Resolves when a stop that was begun is stored; rejects when it could not be. */
  settled(): Promise<void>;
  /** Ends the slice. What a region saw that has itself to blame (`counts` is false) is no part of a run or of evidence. */
  sliceEnded(counts: boolean): void;
}

/**
 * Sets the wave's stop flag the moment enough regions see a gate fail on a target, while the others are still being probed: the first to
 * see it says so, and the one that makes it enough stops the wave. Alone, a region stops it at once.
 */
export const stopAtFail = (
  ref: WaveRef,
  gates: ProbeGates,
  before: readonly Tally[],
  others: Others | undefined,
  tools: Pick<GateTools, 'assessProbe' | 'joinTallies'>,
  outside: Pick<Outside, 'ledger' | 'clock'>,
): StopAtFail => {
  /** What earlier slices showed, and this one with them: a run of failures does not end where a slice or an invocation does. */
  let earlier = new Map(before.map((tally) => [placeOf(tally), tally]));
  let slice = new Map<string, Tally>();
  let own = new Map<string, Tally>();
  const failing = new Map<string, FailingProbe>();
  const raising = new Map<string, Promise<void>>();
  let isStopped = false;

  const raise = async (gate: ProbeGate, judgement: Judgement, place: string): Promise<void> => {
    const { target = '', because } = judgement;
    failing.set(place, { gate: judgement.gate, target, because });
    await others?.tell([...failing.values()], [...own.values()]);
    const agreed =
      others === undefined ? judgement : assessLoops(judgement, gate, await others.hear(), outside.clock.now());
    if (agreed.verdict !== 'fail' || isStopped) return;
    isStopped = true;
    await stopFor(ref, agreed, outside);
  };
  return {
    see: (tally) => {
      const gate = gates[tally.gate];
      const place = placeOf(tally);
      if (gate === undefined || gate.effect === 'report' || gate.mustFail) return;
      const before = earlier.get(place);
      const sofar = before === undefined ? tally : tools.joinTallies(before, tally);
      slice.set(place, sofar);
      own.set(place, tally);
      if (isStopped || raising.has(place)) return;
      // A share of failures is judged at the exit, with its samples; failures in a row, each confirmed, stop at once, and so does a
      // sequential gate, whose evidence may be looked at as often as one likes.
      // Where others have a say it has to fail now: what failed from here for a while, and from nowhere else, is past.
      const run = others === undefined ? sofar.run.longest : sofar.run.trailing;
      if (run < gate.consecutive && !weighsEvidence(gate.test)) return;
      const judgement = tools.assessProbe(tally.gate, gate, [sofar]);
      if (judgement.verdict !== 'fail') return;
      // The next attempt asks the others again, unless it goes well.
      const raised = raise(gate, judgement, place).then(() => void raising.delete(place));
      raising.set(place, raised);
      // Awaited by `settled`; until then a rejection must not count as unhandled.
      raised.catch(() => undefined);
    },
    settled: async () => {
      await Promise.all(raising.values());
      for (const [place, tally] of slice) {
        const gate = gates[tally.gate];
        if (gate !== undefined && tally.run.trailing < gate.consecutive && !weighsEvidence(gate.test))
          failing.delete(place);
      }
      others?.keep([...failing.values()]);
    },
    sliceEnded: (counts) => {
      if (counts) earlier = new Map([...earlier, ...slice]);
      slice = new Map();
      own = new Map();
    },
  };
};

const placeOf = ({ gate, target }: Tally) => `${gate} ${target}`;
