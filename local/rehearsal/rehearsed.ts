import type { EventKind } from '../../shared/ledger/events.ts';
import type { RehearsedWave } from './choose-targets.ts';
import type { FaultName } from './fault-names.ts';
import type { GateStandIn } from './plan-stand-ins.ts';
import type { TrafficRecord } from './record-traffic.ts';

/** Something that happened in a rehearsed rollout. */
export interface RehearsedEvent {
  readonly at: number;
  readonly kind: EventKind;
  readonly text: string;
  readonly wave?: string;
  readonly target?: string;
  /** The gate that the event speaks of, its kind, and its verdict. */
  readonly gate?: string;
  readonly gateKind?: string;
  readonly verdict?: string;
  /** Of a deployment: how it ended. */
  readonly outcome?: string;
}

/** A fault as it was injected. */
export interface Injected {
  readonly at: number;
  /** Absent: until the end. */
  readonly until?: number;
  readonly fault: FaultName;
  readonly targets: readonly string[];
  /** Why nothing came of it. */
  readonly failed?: string;
}

/** A fault or an act of a scenario that nothing came of. */
export interface Missed {
  readonly expected: string;
  readonly came: string;
}

/** How one target stands in the end, and what became of its users' calls. `isOut`: when the rollout ended, or was given up. */
export interface RehearsedTarget extends TrafficRecord {
  readonly name: string;
  /** Absent: a private one, which follows by a rollout of its own. */
  readonly wave?: string;
  /** Requests of Tidegate's that changed something on it. */
  readonly writes: number;
  readonly firstWriteAt?: number;
  /** What runs there: the new version, the one before, both, or nothing; `other` where the version is not told by an image. */
  readonly runs: 'new' | 'before' | 'both' | 'nothing' | 'other';
}

/** One scenario as it came out. Plain data: it is passed between processes, and is the same for the same seed. Times are epoch milliseconds. */
export interface Rehearsed {
  readonly scenario: string;
  readonly seed: string;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly waves: readonly RehearsedWave[];
  /** Targets on which something is wrong with the new version from its start. */
  readonly badOn: readonly string[];
  readonly image?: { readonly service: string; readonly before: string; readonly after: string };
  /** `running`: it was given up before it ended. */
  readonly outcome: string;
  readonly because: string;
  /** The version before did not come up, and nothing was rehearsed. */
  readonly neverBegan?: true;
  readonly events: readonly RehearsedEvent[];
  readonly injected: readonly Injected[];
  readonly acted: readonly { readonly at: number; readonly text: string }[];
  /** What the scenario says and did not happen, and what came in its place. */
  readonly missed: readonly Missed[];
  readonly told: readonly { readonly at: number; readonly to: string; readonly text: string }[];
  readonly targets: readonly RehearsedTarget[];
  /** What stopped waves: a gate by name and kind, or people. */
  readonly stops: readonly {
    readonly wave: string;
    readonly at: number;
    readonly by: readonly string[];
    readonly because: string;
  }[];
  readonly gates: readonly GateStandIn[];
  readonly leftOut: readonly string[];
}
