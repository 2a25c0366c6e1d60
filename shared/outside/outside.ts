import type { Anchor } from '../audit/anchor.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Evaluate } from '../render/jsonnet.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { AwsIdentity } from './aws-identity.ts';
import type { Clock } from './clock.ts';
import type { Dial } from './dial.ts';
import type { Federation } from './federation.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import type { Lookup } from './lookup.ts';
import type { Random } from './random.ts';

/** Everything a function may reach outside itself. Made by `functions/outside.ts` for Lambda, `local/outside.ts` here. */
export interface Outside {
  readonly clock: Clock;
  readonly random: Random;
  readonly http: Http;
  readonly dial: Dial;
  /** Looks names up, for probes of DNS. Absent in virtual mode: there are no names there. */
  readonly lookup?: Lookup;
  readonly blobs: Blobs;
  readonly ledger: Ledger;
  readonly secrets: Secrets;
  readonly identity: AwsIdentity;
  /** Reads a text file of this machine, for targets found by a kubeconfig. Absent where deployed: there are none there. */
  readonly readFile?: (path: string) => Promise<string>;
  /** Where the heads of the audit log are kept on one machine. Absent where deployed: there it is the bucket of `settings.audit`. */
  readonly anchor?: Anchor;
  readonly log: Log;
  /** Evaluates jsonnet: in a worker that can be killed, or in this thread in virtual mode. */
  readonly jsonnet: Evaluate;
  readonly settings: Settings;
}

/** Where this deployment of Tidegate itself lives: fixed at deployment, the same for every rollout, no secret in it. */
export interface Settings {
  /** The regions that probe, on schedule and beside waves, as names. Absent: only `region`. */
  readonly probeRegions?: readonly string[];
  /** The region of ledger and state machines, where this function runs in another. */
  readonly homeRegion?: string;
  /** Name of the function that this runs in. Absent on one machine. */
  readonly functionName?: string;
  /** Name of the function that probes beside waves in every other region. */
  readonly regionalProber?: string;
  /** Roles that read what is a private target's own are named `<dataReaders>-…`. Absent: nobody is kept from reading by that. */
  readonly dataReaders?: string;
  /** The region and account of the state machines, `us-east-1` and `000000000000` on one machine. */
  readonly region: string;
  /** ARNs without a version or an alias: what executions are named after. */
  readonly stateMachines: { readonly rollout: string; readonly wave: string; readonly deployment: string };
  readonly configRepository: ConfigRepository;
  /** Base URL of the console, for links in messages; no slash at the end. */
  readonly console: string;
  /** What signs the audit log, and the bucket that its heads are kept in. Absent on one machine: a secret, and `anchor`. */
  readonly audit?: { readonly key: string; readonly bucket: string };
  /** Who says who people are. Absent on one machine, which has one owner. */
  readonly signIn?: SignInSettings;
  /** Absent: the fleet has no clusters on GKE or AKS. */
  readonly federation?: Federation;
  /** Shown beside everything when the fleet is not real. */
  readonly simulated: boolean;
}

/** The issuer of OpenID Connect that people sign in at. */
export interface SignInSettings {
  /** As its discovery document and its tokens call it. */
  readonly issuer: string;
  /** What tokens for this console are for, as programs bring them. */
  readonly audience: string;
  /** What the issuer knows the console as, for people with a browser; mostly the same. */
  readonly clientId: string;
}

/** The git repository that is the only source of truth, at GitHub or at a server that speaks its wire formats. */
export interface ConfigRepository {
  /** `https://api.github.com` or its stand-in. */
  readonly api: string;
  /** Smart-HTTP address of the repository, ending in `.git`. */
  readonly git: string;
  /** `owner/name`. */
  readonly name: string;
  /** The branch whose merges are released. */
  readonly branch: string;
  /** Path of the fleet's config file in the repository. */
  readonly config: string;
  /** Name of the secret that holds the token, where one is needed. */
  readonly tokenSecret?: string;
  readonly webhookSecret?: string;
}

/** One invocation: when it must have returned by, and a signal that aborts shortly before. */
export interface Invocation {
  readonly signal: AbortSignal;
  /** Epoch milliseconds. A slice of work stops in time to return before it. */
  readonly deadline: number;
}
