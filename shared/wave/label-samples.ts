import type { Digest } from '../blobs/blobs.ts';
import type { Sample } from '../probe/tally.ts';

/** When something was seen of a target: before its deployment in this wave began, while it went on, or since. */
export type ProbePhase = 'before' | 'during' | 'after';

/** A sample that says where it belongs, so that a blob of samples can be read by itself. */
export interface LabelledSample extends Sample {
  readonly release: Digest;
  readonly region: string;
  readonly phase: ProbePhase;
  /** The batch its target was handed out in, from 1. Absent: not handed out when it was kept. */
  readonly batch?: number;
}

/** When a target was handed out, and when its deployment ran. Epoch milliseconds. */
export interface TargetTimes {
  readonly batch: number;
  readonly handedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** The samples with their labels, each by the moment its first attempt began. Pure. */
export const labelSamples = (
  samples: readonly Sample[],
  from: { readonly release: Digest; readonly region: string },
  times: ReadonlyMap<string, TargetTimes>,
): readonly LabelledSample[] =>
  samples.map((sample) => {
    const known = times.get(sample.target);
    const batch = known === undefined ? {} : { batch: known.batch };
    return { ...sample, ...from, phase: phaseOf(sample.first.at, known), ...batch };
  });

const phaseOf = (at: number, times: TargetTimes | undefined): ProbePhase => {
  if (times === undefined || at < (times.startedAt ?? times.handedAt)) return 'before';
  return times.endedAt === undefined || at <= times.endedAt ? 'during' : 'after';
};
