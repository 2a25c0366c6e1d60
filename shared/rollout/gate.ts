import type { Clusters } from './clusters.ts';
import type { Comparison } from './comparison.ts';
import type { ScoreGate } from './score-gate.ts';

/**
 * What may stop a promotion, as configured. Text may hold placeholders, filled in per target: `{target}`, `{region}`, `{cluster}`,
 * `{account}`, `{namespace}` and `{label.NAME}`.
 */
export type GateSpec = (ProbeGate | MetricGate | ScoreGate | AlertGate | BudgetGate | TestGate) & {
  /** `report`: measured and shown like any other, and never stops anything. Absent: it blocks. */
  readonly effect?: 'report';
};

/** Availability seen from outside, measured before, during and after the writes of a wave. */
export interface ProbeGate {
  readonly kind: 'probe';
  readonly check: Check;
  /** First attempts a second and target. */
  readonly rate: number;
  readonly timeoutMs: number;
  /** The share of failed first attempts from which the gate fails; 0 means that no failure is borne. */
  readonly failuresBelow: number;
  /** Fewer first attempts than this in the window: inconclusive. */
  readonly minSamples: number;
  /** Failed first attempts in a row on one target, each confirmed by its retry, that stop the wave at once. */
  readonly consecutive: number;
  /**
   * What is probed is known to be bad, so that every attempt must fail. Where one passes, the prober says yes to anything, and no probe of
   * its wave is believed.
   */
  readonly mustFail?: true;
  /**
   * From how many regions it must fail to be the target's fault, of those that are heard. Absent: a fail of the wave's own prober counts by
   * itself, and what only other regions see takes two.
   */
  readonly quorum?: number;
  /** How its share of failures is judged. Absent: `threshold`. */
  readonly test?: GateTest;
}

/**
 * `threshold`: the share that was found is compared. `sequential`: the gate fails when the evidence that more than the allowed share
 * fails is enough, at whatever moment one looks. `objective`: as sequential, and it passes only when requests enough have shown that no
 * more fails. `burn`: it fails when a budget burns too fast in two windows at once.
 */
export type GateTest = { readonly kind: 'threshold' } | EvidenceTest | BurnTest;

/** A test of counts that may be looked at as often as one likes. */
export interface EvidenceTest {
  readonly kind: 'sequential' | 'objective';
  /** How often, at most, a wave without fault is stopped by any of its sequential gates, over all looks. */
  readonly level: number;
  /** How many share that level: gates times targets of the widest wave, twice where it is looked at in two ways. */
  readonly of: number;
  /** At how many looks, each at counts of its own window, it may be concluded beside the counts of all windows together. */
  readonly looks?: number;
  /** How failures come in clusters, as was measured before the write. Not configured; absent: nothing is known of any. */
  readonly clusters?: Clusters;
}

/** Whether a gate is judged by evidence that adds up. */
export const weighsEvidence = (test: GateTest | undefined): test is EvidenceTest =>
  test?.kind === 'sequential' || test?.kind === 'objective';

/** Burn rates over several windows; `page`: the fast ones, `ticket`: the slow ones too. */
export interface BurnTest {
  readonly kind: 'burn';
  readonly severity: 'page' | 'ticket';
}

/** How many measurements a gate takes, and how many of each kind it bears. As in an AnalysisRun of Argo Rollouts. */
export interface RunLimits {
  /** So many measurements, errors not counted, and it concludes. Absent: it goes on until it is stopped. */
  readonly count?: number;
  /** More failures than this fail it; -1: failures alone never do. */
  readonly failureLimit: number;
  /** More inconclusive measurements than this make it inconclusive for good. Absent: any number is borne. */
  readonly inconclusiveLimit?: number;
  /** More errors in a row than this make it an error for good. Absent: any number is borne. */
  readonly consecutiveErrorLimit?: number;
  /** So many passes in a row pass it. 0: passes in a row do not matter. */
  readonly consecutiveSuccessLimit: number;
}

/** What sequential evidence says of counts, in a sentence too. */
export type WeighEvidence = (
  counts: { readonly requests: number; readonly failures: number },
  allowed: number,
  test: EvidenceTest,
) => {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly because: string;
  /** Requests that it still takes to know, all of them clean. */
  readonly stillNeeded?: number;
};

/** What is tried of one protocol. With `family` only addresses of that family are connected to, so that each can be probed apart. */
export type Check = (HttpCheck | TcpCheck | TlsCheck | DnsCheck | GrpcCheck | WebSocketCheck | StreamCheck) & {
  readonly family?: 4 | 6;
};

export interface HttpCheck {
  readonly http: string;
  readonly status: readonly number[];
  /** Text the first 64 KiB of the body must hold. */
  readonly body?: string;
  /** A regular expression that the first 64 KiB of the body must match. */
  readonly bodyMatches?: string;
  /** What the answer's headers must be. */
  readonly headers?: Readonly<Record<string, HeaderRule>>;
  /** What must be at these JSON pointers (RFC 6901) of the body. */
  readonly json?: Readonly<Record<string, JsonRule>>;
  /** The whole answer must be there within this. */
  readonly withinMs?: number;
  /** What a phase may take. Those of a connection are judged only where one was opened for the attempt. */
  readonly phasesWithinMs?: Readonly<Partial<Record<HttpPhase, number>>>;
  /** A body of more bytes fails. Absent: what comes after 64 KiB is not read. */
  readonly mostBytes?: number;
  /** Redirects that are followed, each checked as the first address was. Absent: none. */
  readonly redirects?: number;
}

/** `resolve`, `connect` and `tls` of the connection; until the headers are there; until the body is. */
export type HttpPhase = 'resolve' | 'connect' | 'tls' | 'headers' | 'body';

/** This value; a regular expression that it matches; or no such header. */
export type HeaderRule = string | { readonly matches: string } | { readonly absent: true };

/** This value; text that a regular expression matches; or a number within these bounds. */
export type JsonRule =
  | string
  | number
  | boolean
  | null
  | { readonly matches: string }
  | { readonly atLeast?: number | undefined; readonly atMost?: number | undefined };

export interface TcpCheck {
  readonly tcp: string;
}

export interface TlsCheck {
  readonly tls: string;
  readonly minDaysLeft: number;
  /** The name to ask for and to find in the certificate. Absent: the host. */
  readonly name?: string;
  /** The oldest version of TLS that may have been agreed on. */
  readonly minVersion?: TlsVersion;
}

export type TlsVersion = '1.2' | '1.3';

/** A name that must resolve: as for a client on this machine, or with `type` or `server` as its records are in the DNS. */
export interface DnsCheck {
  readonly dns: string;
  /** What is asked for. Absent, and no `server`: addresses, as the system's resolver gives them. */
  readonly type?: DnsType;
  /** The name server that is asked: an address, with its port where that is not 53. */
  readonly server?: string;
  /** What the answer's code must be; NOERROR asks for a record, too. Absent: NOERROR. */
  readonly rcode?: DnsRcode;
  /** Addresses, or for CNAME names, that must be among the answer. */
  readonly addresses?: readonly string[];
}

export type DnsType = 'A' | 'AAAA' | 'CNAME';

/** RFC 1035, section 4.1.1. */
export type DnsRcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED';

/** The standard health service of gRPC (grpc.health.v1.Health/Check) must say SERVING. */
export interface GrpcCheck {
  readonly grpc: string;
  /** The service asked about; empty for the server as a whole. */
  readonly service: string;
  readonly secure: boolean;
}

/** A WebSocket must be opened, answer a ping, and give back `echo` where there is one. */
export interface WebSocketCheck {
  readonly ws: string;
  readonly echo?: string;
}

/** An HTTP answer that goes on for `holdMs` without a break: what must survive a restart. */
export interface StreamCheck {
  readonly stream: string;
  readonly holdMs: number;
}

/** A number from a metric store against a threshold: before a wave, on what is deployed while it is deployed, and through its soak. */
export interface MetricGate {
  readonly kind: 'metric';
  /** Name of an entry of `metrics` in the config. */
  readonly source: string;
  /** One value, or two counts whose quotient is taken here so that no traffic is seen as no traffic. */
  readonly query: { readonly value: string } | { readonly errors: string; readonly requests: string };
  /** Name of a gate whose scheduled probes are counted, from every region, in place of a store: of a burn rate. `source` and `query` say so. */
  readonly probe?: string;
  readonly failAbove?: number;
  readonly failBelow?: number;
  /** With two counts: fewer requests than this is inconclusive. */
  readonly minRequests: number;
  /** A store that can not tell "nothing failed" from "not counted" has no point of errors: that is to count as 0 where requests are there. */
  readonly errorsMayBeAbsent?: true;
  /** The time a query speaks of, for stores whose queries name none: CloudWatch, Datadog, and between two readings of a scrape. */
  readonly windowMs?: number;
  /** JSON over HTTP: pointer to the time of what was measured. */
  readonly time?: string;
  /** How often it is measured while a wave is deployed and soaks. */
  readonly intervalMs: number;
  /** How old the newest point may be. */
  readonly maxAgeMs: number;
  /** How two counts are judged. Absent: `threshold`. */
  readonly test?: GateTest;
  /** Absent: no failure is borne, and the last measurement must pass. */
  readonly limits?: RunLimits;
  /** Absent: compared with nothing. */
  readonly comparison?: Comparison;
}

/** No alert with these labels may fire: before each transition, while a wave is deployed, and through the soak. */
export interface AlertGate {
  readonly kind: 'alerts';
  /** Name of an entry of `metrics` in the config. */
  readonly source: string;
  /** All of them must be equal for an alert to count. */
  readonly labels: Readonly<Record<string, string>>;
  /** Alertmanager: an alert that always fires, by which it is known that alerts arrive there. */
  readonly heartbeat?: Readonly<Record<string, string>>;
  /** How often they are looked at. */
  readonly intervalMs: number;
  /** How long ago what raises the alerts may have been evaluated. */
  readonly maxAgeMs: number;
}

/** What must be left of an error budget before a wave is entered. One that is spent can be lifted by the approval of the wave, by name. */
export interface BudgetGate {
  readonly kind: 'budget';
  /** The share that may fail: 0.001 for an objective of 99.9 %. */
  readonly allowed: number;
  /** The time that the budget is of. */
  readonly windowMs: number;
  /** The part of it that must be left, from 0 to below 1; with 0 some must be. */
  readonly atLeast: number;
  /** What was counted: scheduled probes of a gate, from every region, or two counts of a metric store. */
  readonly counted: { readonly probe: string } | { readonly metric: MetricGate };
}

/** A test that runs elsewhere, once for a wave: before it is entered, when it is deployed, or both. */
export interface TestGate {
  readonly kind: 'test';
  readonly test: JobTest | CallbackTest | WorkflowTest;
  /** Without an answer by then it is inconclusive. */
  readonly withinMs: number;
  readonly moments: readonly ('before' | 'after')[];
}

/** A Job of the release with `tidegate.dev/run: test`, by its name: run in the deployment of each target. */
export interface JobTest {
  readonly job: string;
}

/** An address that is told of the test, and answers when it has an answer. With placeholders in it: once for each target. */
export interface CallbackTest {
  readonly callback: string;
  /** Name of the secret that we sign with. */
  readonly secret: string;
  /** Private address ranges (CIDR) it may be found at. */
  readonly allow: readonly string[];
}

/** A workflow of GitHub Actions with `workflow_dispatch`. With placeholders in its inputs: once for each target. */
export interface WorkflowTest {
  /** Its file, as `e2e.yml`. */
  readonly workflow: string;
  /** `owner/name`. Absent: the config repository. */
  readonly repository?: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Name of the secret that holds the token. Absent: that of the config repository. */
  readonly tokenSecret?: string;
}
