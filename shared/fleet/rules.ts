/** What a rule of the schema says when it is broken. */
export interface Rule {
  readonly code: string;
  /** What is wrong, where that is more than the value that was written. */
  readonly what?: string;
  readonly expected: string;
  readonly fix?: string;
}

/**
 * The rules of the config's fields. The schema carries a rule's name as the message of its checks, so that what is said to people
 * stands here, in one place.
 */
const rules = {
  text: { code: 'SCHEMA_TYPE', expected: 'text' },
  name: {
    code: 'NAME_INVALID',
    expected: '1 to 63 of a-z, 0-9 and "-", starting and ending with a letter or digit',
  },
  waveName: {
    code: 'NAME_INVALID',
    what: 'the name is too long',
    expected: 'at most 36 characters: executions of AWS are named after it',
  },
  labelName: { code: 'NAME_INVALID', expected: '1 to 63 of letters, digits, "-", "_", "." and "/"' },
  workload: {
    code: 'NAME_INVALID',
    expected: 'a workload: name, Kind/name, or service/name (Deployment, StatefulSet or DaemonSet)',
  },
  duration: { code: 'DURATION', expected: 'a whole number above 0 and one unit', fix: 'write 5s, 5m or 5h' },
  rate: { code: 'RATE', expected: 'attempts in a time, above 0 and at most 100 a second', fix: 'write 5/s or 30/m' },
  image: {
    code: 'IMAGE_TAG',
    expected: 'repository@sha256: and 64 lower-case hexadecimal digits',
    fix: 'a tag can move: pin the digest that was built, as in registry.example.com/api@sha256:…',
  },
  repositoryPath: {
    code: 'FILE_OUTSIDE',
    expected: 'a path in the config repository, relative to its root, without ".."',
  },
  account: { code: 'SCHEMA_TYPE', expected: 'an AWS account: 12 digits in quotes' },
  notifySecret: { code: 'NAME_INVALID', expected: 'the name of a secret that begins with notify-' },
  membership: {
    code: 'NAME_INVALID',
    expected: 'projects/NUMBER/locations/LOCATION/memberships/NAME, with the number of the project and not its name',
  },
  url: { code: 'URL', expected: 'an http or https URL without user, password or fragment' },
  webSocketUrl: { code: 'URL', expected: 'a ws or wss URL without user, password or fragment' },
  baseUrl: {
    code: 'URL',
    expected: 'the http or https base URL of the store, without user, password, query or fragment',
  },
  hostPort: { code: 'HOST_PORT', expected: 'host:port, the port from 1 to 65535' },
  nameServer: { code: 'HOST_PORT', expected: 'the address of a name server, as 192.0.2.53 or [2001:db8::53]:5353' },
  pattern: { code: 'SCHEMA_VALUE', expected: 'a regular expression of at most 1,000 characters' },
  headerRule: { code: 'SCHEMA_VALUE', expected: 'a value, {matches: …} or {absent: true}' },
  jsonRule: { code: 'SCHEMA_VALUE', expected: 'a value, {matches: …} or {atLeast: …, atMost: …}' },
  phase: { code: 'SCHEMA_VALUE', expected: 'one of resolve, connect, tls, headers, body' },
  mostBytes: { code: 'SCHEMA_VALUE', expected: 'a whole number of bytes from 0 to 16777216' },
  tlsVersion: { code: 'SCHEMA_VALUE', expected: '"1.2" or "1.3"' },
  dnsType: { code: 'SCHEMA_VALUE', expected: 'one of A, AAAA, CNAME' },
  rcode: { code: 'SCHEMA_VALUE', expected: 'one of NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED' },
  cidr: { code: 'CIDR', expected: 'an address range such as 10.0.0.0/8' },
  secret: { code: 'SECRET_NAME', expected: 'the name of a secret (a-z, 0-9, ".", "-", "_"), never its value' },
  batches: { code: 'BATCHES', expected: 'growing batches, the last of which is 100%' },
  batch: { code: 'BATCHES', expected: 'a count of targets from 1, or a share of the wave from "1%" to "100%"' },
  kindName: { code: 'SCHEMA_VALUE', expected: 'a kind and its group, as Kafka.kafka.strimzi.io, or ConfigMap' },
  count: { code: 'SCHEMA_VALUE', expected: 'a whole number from 0' },
  countFromOne: { code: 'SCHEMA_VALUE', expected: 'a whole number from 1' },
  status: { code: 'SCHEMA_VALUE', expected: 'HTTP statuses from 100 to 599' },
  share: {
    code: 'GATE_INVALID',
    expected: 'a share of failed attempts, from 0 (none is borne) to below 1',
    fix: '0.00001 is one in a hundred thousand',
  },
  threshold: { code: 'GATE_INVALID', expected: 'a finite number' },
  someThreshold: {
    code: 'GATE_INVALID',
    what: 'the gate has no threshold',
    expected: 'failAbove, failBelow or both',
    fix: 'without one it would never fail',
  },
  invertedThreshold: {
    code: 'GATE_INVALID',
    what: 'failBelow is not less than failAbove',
    expected: 'values between the two that pass',
    fix: 'as it is, every value fails',
  },
  family: { code: 'SCHEMA_VALUE', expected: '4 or 6' },
  pointer: { code: 'SCHEMA_VALUE', expected: 'a JSON pointer, as /parts/0/up' },
  test: { code: 'GATE_INVALID', expected: 'threshold, sequential or objective' },
  metricTest: { code: 'GATE_INVALID', expected: 'threshold, sequential, objective or burn' },
  severity: { code: 'GATE_INVALID', expected: 'page or ticket' },
  severityWithoutBurn: {
    code: 'GATE_INVALID',
    what: 'severity says which windows burn, and the gate has another test',
    expected: 'test: burn beside it',
  },
  burnBaseline: {
    code: 'GATE_INVALID',
    what: 'what burns is compared with what is allowed, not with a baseline',
    expected: 'no baseline beside test: burn',
  },
  objective: { code: 'GATE_INVALID', expected: 'the share that must not fail, above 0 and below 1, as 0.999' },
  budgetLeft: { code: 'GATE_INVALID', expected: 'a part of the budget from 0 to below 1' },
  budgetCounts: {
    code: 'GATE_INVALID',
    what: 'it is not said what is counted',
    expected: 'probe, or source with errors and requests',
  },
  level: { code: 'GATE_INVALID', expected: 'a probability above 0 and at most 0.5' },
  hold: {
    code: 'GATE_INVALID',
    expected: 'at most 20s',
    fix: 'a wave that is stopped waits for streams that are held',
  },
  sequentialShare: {
    code: 'GATE_INVALID',
    what: 'a gate that weighs evidence bears no failure at all',
    expected: 'below.failures above 0',
    fix: 'where one failure is too many, test: threshold is all it takes',
  },
  sequentialCounts: {
    code: 'GATE_INVALID',
    what: 'a gate that tests counts has none, or no share to test',
    expected: 'errors and requests, and failAbove between 0 and 1',
  },
  effect: { code: 'SCHEMA_VALUE', expected: 'block or report' },
  failureLimit: { code: 'SCHEMA_VALUE', expected: 'a whole number from 0, or -1 for no limit' },
  neverFails: {
    code: 'GATE_INVALID',
    what: 'failures alone never fail the gate, and nothing else can',
    expected: 'consecutiveSuccessLimit beside failureLimit: -1',
    fix: 'to try a gate that never blocks, write effect: report',
  },
  successLimit: {
    code: 'GATE_INVALID',
    what: 'there are fewer measurements than must pass in a row',
    expected: 'consecutiveSuccessLimit of at most count',
  },
  baseline: { code: 'SCHEMA_VALUE', expected: 'before, others, difference or last-week' },
  bad: { code: 'SCHEMA_VALUE', expected: 'higher, lower or either' },
  mostRise: { code: 'SCHEMA_VALUE', expected: 'a ratio from 1' },
  probeBurn: {
    code: 'GATE_INVALID',
    what: 'scheduled probes are a metric of burn rates only',
    expected: 'test: burn',
  },
  probeTicket: {
    code: 'GATE_INVALID',
    what: 'scheduled probes are read for six hours',
    expected: 'severity: page, or none',
  },
  points: { code: 'SCHEMA_VALUE', expected: 'a score from 0 to 100' },
  weight: { code: 'GATE_INVALID', expected: 'a weight above 0 and at most 100' },
  mostExceeds: { code: 'SCHEMA_VALUE', expected: 'a probability from 0.5 to below 1' },
  mostDeviations: { code: 'SCHEMA_VALUE', expected: 'standard deviations from 0' },
  onMarginal: { code: 'SCHEMA_VALUE', expected: 'wait, pass or fail' },
  someMetric: { code: 'GATE_INVALID', what: 'there is nothing to score', expected: 'at least one metric' },
  fewMetrics: {
    code: 'GATE_INVALID',
    expected: 'at most 30 metrics',
  },
  criticalDirection: {
    code: 'MISSING_FIELD',
    what: 'a critical metric does not say which way is bad',
    expected: 'bad: higher, lower or either',
  },
  oneEffect: {
    code: 'SCHEMA_CHOICE',
    what: 'more than one effect size is borne',
    expected: 'one of mostRise, mostExceeds, mostDeviations',
  },
  scoreLimits: {
    code: 'GATE_INVALID',
    what: 'a score that passes would be below marginal',
    expected: 'marginal of at most pass',
  },
  baselineMissing: {
    code: 'MISSING_FIELD',
    what: 'bad and mostRise say how a baseline is compared with, and there is none',
    expected: 'baseline: before, others, difference or last-week',
  },
  query: { code: 'GATE_INVALID', expected: "a query in the store's language" },
  metricSource: { code: 'MISSING_FIELD', expected: 'a name of metrics' },
  oneSource: {
    code: 'SCHEMA_CHOICE',
    what: 'source and prometheus are both written',
    expected: 'the store once, by source',
  },
  storeUrl: {
    code: 'URL',
    expected: 'the base URL of the store, with no more in its query than db, rp, org or orgID',
    fix: 'give a token by tokenSecret',
  },
  readUrl: {
    code: 'URL',
    expected: 'an http or https URL without user, password, query or fragment',
    fix: 'give a token by tokenSecret',
  },
  preset: { code: 'SCHEMA_VALUE', expected: 'kubernetes, http, nginx, redis, etcd, zookeeper or istio' },
  presetGate: { code: 'SCHEMA_VALUE', expected: 'other limits, or false to leave the gate out' },
  region: { code: 'SCHEMA_VALUE', expected: 'a region of AWS, as us-east-1' },
  site: { code: 'SCHEMA_VALUE', expected: 'a site of Datadog, as datadoghq.eu' },
  identity: { code: 'SCHEMA_VALUE', expected: 'google or azure' },
  port: { code: 'SCHEMA_VALUE', expected: 'a port from 1 to 65535' },
  path: { code: 'SCHEMA_VALUE', expected: 'a path as /metrics, of letters, digits, ".", "_", "-" and "/"' },
  join: { code: 'SCHEMA_VALUE', expected: 'sum or worst' },
  certificateAndKey: {
    code: 'SCHEMA_CHOICE',
    what: 'a certificate and its key are not both given',
    expected: 'certSecret and keySecret, or neither',
  },
  zone: {
    code: 'WINDOW_INVALID',
    expected: 'a time zone by its IANA name, as Europe/Berlin or UTC',
    fix: 'an abbreviation or an offset knows no summer time',
  },
  day: { code: 'WINDOW_INVALID', expected: 'mon, tue, wed, thu, fri, sat or sun' },
  timeOfDay: { code: 'WINDOW_INVALID', expected: 'a time of day from "00:00" to "23:59"; "24:00" as an end' },
  emptyRange: {
    code: 'WINDOW_INVALID',
    what: 'from and to are the same time',
    expected: 'two times',
    fix: 'a whole day is from "00:00" to "24:00"',
  },
  date: { code: 'WINDOW_INVALID', expected: 'a date of the calendar, as 2026-12-24' },
  workflow: { code: 'SCHEMA_VALUE', expected: 'the file of a workflow, as e2e.yml' },
  repository: { code: 'SCHEMA_VALUE', expected: 'a repository, as owner/name' },
  when: { code: 'SCHEMA_VALUE', expected: 'before, after or both' },
  alertLabels: {
    code: 'SCHEMA_VALUE',
    what: 'the rule asks for no label',
    expected: 'at least one label',
    fix: 'as it is, every alert would be about this',
  },
  flagValue: { code: 'FLAG_INVALID', expected: 'a boolean, text, a number or JSON' },
  flagSetting: {
    code: 'FLAG_INVALID',
    expected: 'a boolean, text, a number, {value: …} or {value: …, percent: …, otherwise: …}',
  },
  percent: { code: 'FLAG_INVALID', expected: 'a whole number of per cent from 1 to 99' },
  flagShare: {
    code: 'FLAG_INVALID',
    what: 'percent and otherwise are not both given',
    expected: 'both, or neither',
    fix: 'otherwise is what those get who are not among the share',
  },
  flagKey: {
    code: 'NAME_INVALID',
    expected: '1 to 255 of letters, digits, ".", "-" and "_", not beginning with one of these',
  },
  flagPlace: { code: 'SCHEMA_VALUE', expected: 'the key of an object of S3, as flags/{wave}.json' },
  waveSecret: {
    code: 'SECRET_NAME',
    expected: 'the name of a secret (a-z, 0-9, ".", "-", "_", and {wave} for the wave), never its value',
  },
  bucket: { code: 'SCHEMA_VALUE', expected: 'the name of a bucket of S3' },
  apiGroup: { code: 'NAME_INVALID', expected: 'an API group, as cert-manager.io; empty for the core group' },
  kind: { code: 'NAME_INVALID', expected: 'a kind, as Certificate' },
  expression: { code: 'EXPRESSION', expected: 'a CEL expression of up to 2,000 characters' },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof rules;

/** The rule of that name, or `undefined` where the text is not the name of one. */
export const ruleOf = (message: string): Rule | undefined =>
  Object.hasOwn(rules, message) ? rules[message as RuleName] : undefined;
