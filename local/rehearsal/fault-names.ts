/** What can be made to happen in a rehearsal, and what it means: the one list. How it is done is in `faults.ts`. */
export const faultsByName = {
  'api-down': 'the API server does not answer; what runs there goes on',
  'api-slow': 'the API server answers late, by `latency`',
  'api-throttled': 'the API server answers 429: too many requests',
  'api-failing': 'the API server answers 503',
  'tokens-down': 'the service that gives out tokens for the cloud of the target answers 503',
  'token-refused': 'the API server refuses the token it is shown next, once',
  unhealthy: 'the health check of the new version begins to fail',
  errors: 'requests to the new version begin to fail, `share` of them',
  slow: 'the new version answers late, by `latency`',
  'metrics-down': 'the metric store does not answer',
  'region-blind': 'nothing is reached any more from a `region` that probes',
  'region-slow': 'everything is reached late from a `region` that probes, by `latency`',
  'region-resolver': 'the resolver of a `region` that probes does not answer',
  alert: 'an alert about the target fires, and is sent here',
  drift: 'somebody scales a workload of the target by hand, to `replicas`',
  'node-lost': 'a node goes, with the pods on it, and takes no new ones',
  killed: 'the process of the instance is killed and started again',
} as const;

export type FaultName = keyof typeof faultsByName;

export const faultNames = Object.keys(faultsByName) as [FaultName, ...FaultName[]];
