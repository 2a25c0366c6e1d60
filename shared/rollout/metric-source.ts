/** A metric store: what it is and where, and what it takes to ask it. A store for alerts only is one, too. */
export type MetricSource = MetricStore & MetricAccess;

/** Where a store is, by the query API it speaks. What else its URL must name is in its query (`?db=telegraf`, `?org=acme`). */
export type MetricStore =
  | PrometheusStore
  | { readonly influxdb1: string }
  | { readonly influxdb2: string }
  | { readonly influxdb3: string }
  | CloudWatchStore
  | DatadogStore
  | { readonly json: string }
  | { readonly scrape: string }
  | PodsStore
  | { readonly alertmanager: string };

/** Prometheus, VictoriaMetrics, Thanos, Mimir, and the managed services of Google and Azure. */
export interface PrometheusStore {
  readonly prometheus: string;
  /** Whose data is asked for, where a store holds those of several (Mimir, Thanos). */
  readonly tenant?: string;
  /** Asked with a token of our federated identity at that cloud, in place of one that is kept. */
  readonly identity?: 'google' | 'azure';
}

export interface CloudWatchStore {
  /** The region. */
  readonly cloudwatch: string;
  /** ARN of the role to assume there, and the external id it asks for. Absent: our own account. */
  readonly role?: string;
  readonly externalId?: string;
  /** Base URL, where it is not the region's public one. */
  readonly endpoint?: string;
}

export interface DatadogStore {
  /** The site, as `datadoghq.eu`, or the base URL of its API. */
  readonly datadog: string;
  /** Name of the secret that holds the application key; `tokenSecret` names the API key. */
  readonly appKeySecret?: string;
}

/** The pods of a target themselves, each read through the API server's proxy. */
export interface PodsStore {
  readonly pods: {
    readonly labels: Readonly<Record<string, string>>;
    /** Absent: the target's. */
    readonly namespace?: string;
    readonly port: number;
    readonly path: string;
  };
  /** What the pods show together: their series added up, or what the worst of them shows. */
  readonly join: 'sum' | 'worst';
}

export interface MetricAccess {
  /** Name of the secret whose value is sent as a token. */
  readonly tokenSecret?: string;
  /** With a user name the secret is sent as its password (HTTP basic). */
  readonly username?: string;
  /** Names of secrets that hold PEM: the authority that the store's certificate is of, and our own certificate with its key. */
  readonly tls?: { readonly caSecret?: string; readonly certSecret?: string; readonly keySecret?: string };
  /** How long points take to be there: windows end so long ago. Absent: they end now (CloudWatch: three minutes ago). */
  readonly lagMs?: number;
  /** Private address ranges (CIDR) it may be found at. */
  readonly allow: readonly string[];
}

const kinds = [
  'prometheus',
  'influxdb1',
  'influxdb2',
  'influxdb3',
  'cloudwatch',
  'datadog',
  'json',
  'scrape',
  'pods',
  'alertmanager',
] as const;

export type StoreKind = (typeof kinds)[number];

/** Which of the kinds a store is. Throws `TypeError` for none of them, which the config's schema lets nobody write. */
export const kindOf = (store: object): StoreKind => {
  const kind = kinds.find((each) => Object.hasOwn(store, each));
  if (kind === undefined) throw new TypeError(`metric store: expected one of ${kinds.join(', ')}`);
  return kind;
};

/** Where a store is, as it is named in sentences: without the query of its URL, which may hold what is not for everybody. */
export const placeOf = (source: MetricStore): string => {
  if ('cloudwatch' in source) return `cloudwatch ${source.cloudwatch}`;
  if ('datadog' in source) return `datadog ${source.datadog}`;
  if ('pods' in source) return `pods ${labelsText(source.pods.labels)} port ${source.pods.port}${source.pods.path}`;
  const [address] = Object.entries(source).flatMap(([name, value]) => (name === kindOf(source) ? [String(value)] : []));
  return (address ?? '').replace(/[?#].*$/s, '');
};

const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/**
 * How old the newest point may be where nothing is said, milliseconds. CloudWatch is asked for a period that ended at least three minutes
 * ago, and up to another period before that.
 */
export const defaultMaxAgeMs = (kind: StoreKind, windowMs = 300_000): number =>
  kind === 'cloudwatch' ? 240_000 + windowMs : 120_000;
