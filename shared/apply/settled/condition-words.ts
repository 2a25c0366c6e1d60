/**
 * What the conditions and status words of custom objects mean, gathered from the CRDs of what runs in most clusters (cert-manager, Argo,
 * Flux, Crossplane, Strimzi, CloudNativePG, Cluster API, Gateway API, Knative, Tekton, KEDA, Velero, ECK, Flink and others).
 */

/** A condition's type without the owner that some put in front of it (`ACK.ResourceSynced`). */
export const plainType = (type: string): string => type.split(/[./]/).at(-1) ?? '';

/** Conditions that must be true where they are there. `Ready` sums up all others. */
export const isGoodType = (type: string): boolean => good.has(type);
const good = new Set([
  ...['Ready', 'Available', 'Healthy', 'Succeeded', 'Complete', 'Completed', 'Programmed', 'Accepted', 'ResolvedRefs'],
  ...['Synced', 'Deployed', 'Installed', 'Provisioned', 'Established', 'Reconciled', 'Initialized', 'Valid'],
  ...['ReconciliationComplete', 'ResourcesUpToDate'],
]);

/** Conditions that count where nothing sums up: parts of a whole (`PodsReady`, `ClusterAvailable`), or what may idle (`Active`). */
export const isPartType = (type: string): boolean => part.test(type);
const part =
  /^(Active|Online)$|(Ready|Available|Healthy|Synced|Provisioned|Established|Accepted|Valid|Installed|Deployed|Reconciled|Programmed|Applied|Success|Reachable)$/;

/** By `True`: gone wrong for good. */
export const isLostType = (type: string): boolean => lost.test(type);
const lost =
  /^(Failed|Failure|Invalid|InvalidRequest|Stalled|Rejected|Denied|Terminal|ErrorOccurred|Errored)$|(Failed|Failure|Error)$/;

/** By `True`: something is not as it shall be, and may become so. */
export const isSickType = (type: string): boolean => sick.test(type);
const sick = /^(Degraded|Unhealthy|NotReady|Unavailable|OutOfSync|Recoverable|HasErrors|Conflicted|Blocked|Missing)$/;

/** By `True`: work is under way. */
export const isBusyType = (type: string): boolean => busy.test(type);
const busy =
  /^(Progressing|Reconciling|Pending|Updating|Upgrading|Creating|Provisioning|Deploying|Scaling|Initializing|Installing|Issuing|Rebalancing|Restarting|Recovering|Migrating|Resizing|Restoring|Syncing|RollingUpdate|Terminating|Deleting)$|^Pending[A-Z]/;

/** `Progressing` and the like stay `True` when a rollout is done, as a Deployment has it; only the reason tells. */
export const isDoneReason = (reason: string): boolean =>
  /Available|Complete|Succeeded|AsExpected|Healthy|Ready/.test(reason);

/** Words in phase, state, health and the like, without case, spaces, dashes and underscores. */
export const meaningOf = (word: string): 'good' | 'busy' | 'lost' | 'suspended' | 'running' | 'unknown' => {
  const plain = word.toLowerCase().replace(/[\s_-]/g, '');
  if (plain === 'running') return 'running';
  if (suspendedWord.test(plain)) return 'suspended';
  if (goodWord.test(plain)) return 'good';
  if (busyWord.test(plain)) return 'busy';
  return lostWord.test(plain) ? 'lost' : 'unknown';
};

const suspendedWord = /^(suspended|paused|stopped|hibernated|disabled)$/;
const goodWord = new RegExp(
  `^(${[
    'ready|available|active|healthy|ok|green|yellow|healthok|healthwarn|valid|warning|synced|insync|bound|attached',
    'deployed|installed|enabled|established|provisioned|complete|completed|succeeded|success|successful|finished|done',
    'online|normal|stable|steady|uptodate|atlatestknown|created|connected|serving|streaming|listening|accepted|programmed',
    'reconciled|verified|signed|clusterinhealthystate',
  ].join('|')})$`,
);
const busyWord = new RegExp(
  [
    '^(new|unknown|queued|missing|degraded|unhealthy|notready|unavailable|outofsync|scheduled|submitted|requested)$',
    '^(red|healtherr|partial|orphaned|detached|inactive|requiresapproval|upgradeavailable|applyingchanges)$',
    // `Waiting for the instances to become active`, `Setting up primary`, `Failing over`.
    'ing$|pending|inprogress$|^(failover|switchover)|ing(up|over|for|the|to|a)',
  ].join('|'),
);
const lostWord = new RegExp(
  [
    '^(invalid|rejected|denied|lost|crashed|aborted|cancelled|canceled|expired|terminated|unsupported|dead|rolledback)$',
    'fail|^err|error(ed)?$|unrecoverable|backoff$',
  ].join('|'),
);

/** Kinds of which an end is what they are there for: `Running` is the way there, for all others it is the end. */
export const isPieceOfWork = (kind: string): boolean => pieceOfWork.test(kind) && !schedule.test(kind);
const pieceOfWork = /(Run|Workflow|Job|Task|Backup|Restore|Build|Migration|Test|Upgrade|InstallPlan)$/;
const schedule = /^(Cron|Scheduled?)/;

/** Kinds whose CRD has a status that by default nobody writes. */
export const isNeverJudged = (group: string, kind: string): boolean =>
  /^(networking|security|telemetry|extensions)\.istio\.io$/.test(group) ||
  (group === 'monitoring.coreos.com' && /(Monitor|Rule|Probe|ScrapeConfig|AlertmanagerConfig)$/.test(kind));
