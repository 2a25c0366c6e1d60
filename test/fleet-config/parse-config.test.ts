import { describe, expect, it, test } from 'vitest';
import { stringify } from 'yaml';
import { toGates } from '../../shared/fleet/gates.ts';
import { toMetricSources } from '../../shared/fleet/metric-sources.ts';
import { toTargets } from '../../shared/fleet/targets.ts';
import { parse, problemsOf, soundConfig, withValue } from './configs.ts';

const frozen = [
  {
    name: 'staging',
    targets: ['aws-staging'],
    batches: ['100%'],
    maxConcurrent: 10,
    maxFailures: 0,
    soakMs: 120_000,
    soakInfrastructureMs: 43_200_000,
    gates: ['api-up', 'errors'],
    whenTaken: 'queue',
    settleWithinMs: 600_000,
    inconclusiveWithinMs: 600_000,
  },
  {
    name: 'external',
    targets: ['azure-prod01', 'gcp-prod01'],
    batches: [1, '50%', '100%'],
    maxConcurrent: 10,
    maxFailures: 0,
    soakMs: 3_600_000,
    soakInfrastructureMs: 43_200_000,
    gates: ['api-up'],
    approval: { roles: ['release-managers'], people: 2, expiresMs: 86_400_000 },
    whenTaken: 'queue',
    settleWithinMs: 600_000,
    inconclusiveWithinMs: 600_000,
  },
];

describe('a sound config', () => {
  const texts = {
    'tidegate.json': JSON.stringify(soundConfig, null, '\t'),
    'tidegate.yaml': stringify(soundConfig),
    'tidegate.jsonnet': `local stage = 'external';\n${JSON.stringify(soundConfig).replaceAll('"external"', 'stage')}`,
  };

  test.each(Object.entries(texts))('%s gives waves with the names of their targets fixed', async (path, text) => {
    const parsed = await parse(path, text.replaceAll('"name":stage', '"name":"external"'));
    expect(parsed).toMatchObject({ ok: true, config: { frozen } });
    expect(parsed.ok && parsed.config.frozen).toEqual(frozen);
  });

  it('gives targets, gates and metric stores in the words of the rollout', async () => {
    const parsed = await parse('tidegate.json', texts['tidegate.json']);
    if (!parsed.ok) throw new Error('expected a sound config');
    const { targets, gates, metrics } = parsed.config;
    expect(toTargets(targets)).toEqual([
      {
        name: 'aws-staging',
        locator: { eks: { account: '111111111111', region: 'us-east-1', cluster: 'staging' } },
        labels: { stage: 'staging', size: 's' },
        namespace: 'default',
        allow: [],
      },
      {
        name: 'azure-prod01',
        locator: { aks: { subscription: 'sub', resourceGroup: 'prod', cluster: 'prod01' } },
        labels: { stage: 'external', size: 'm', region: 'westeurope' },
        namespace: 'default',
        allow: [],
      },
      {
        name: 'gcp-prod01',
        locator: { gke: { project: 'acme', location: 'us-central1', cluster: 'prod01' } },
        labels: { stage: 'external', size: 'l' },
        namespace: 'default',
        allow: ['10.0.0.0/8'],
      },
    ]);
    expect(toGates(gates, [], metrics)).toEqual({
      'api-up': {
        kind: 'probe',
        check: { http: 'https://{target}.example.com/health', status: [200] },
        rate: 5,
        timeoutMs: 5_000,
        failuresBelow: 0.00001,
        minSamples: 10,
        consecutive: 3,
      },
      errors: {
        kind: 'metric',
        source: 'prod',
        query: {
          errors: 'sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[2m]))',
          requests: 'sum(increase(http_requests_total{cluster="{target}"}[2m]))',
        },
        failAbove: 0.001,
        minRequests: 1000,
        intervalMs: 30_000,
        maxAgeMs: 120_000,
      },
    });
    expect(toMetricSources(metrics)).toEqual({
      prod: { prometheus: 'https://prometheus.example.com', tokenSecret: 'prometheus-token', allow: [] },
    });
  });

  it('is read with a byte order mark and CRLF line ends', async () => {
    const text = `\ufeff${stringify(soundConfig).replaceAll('\n', '\r\n')}`;
    expect(await problemsOf('tidegate.yaml', text)).toEqual([]);
  });
});

/** One change to the sound config, and what is said of it without the place in the file. */
const mistakes: readonly (readonly [string, readonly (string | number)[], unknown, readonly string[]])[] = [
  [
    'a misspelt field',
    ['waves', 0, 'maxFailurs'],
    1,
    ['UNKNOWN_FIELD /waves/0/maxFailurs … did you mean maxFailures?'],
  ],
  [
    'a wave that no target is in',
    ['waves', 1, 'targets'],
    { stage: 'extrenal' },
    ['TARGET_IN_NO_WAVE /targets/gcp-prod01', 'TARGET_IN_NO_WAVE /targets/azure-prod01', 'WAVE_EMPTY /waves/1/targets'],
  ],
  ['a target in two waves', ['waves', 1, 'targets'], {}, ['TARGET_IN_TWO_WAVES /targets/aws-staging']],
  ['a wave that may lose all its targets', ['waves', 0, 'maxFailures'], 1, ['WAVE_UNPROTECTED /waves/0/maxFailures']],
  ['two waves of one name', ['waves', 1, 'name'], 'staging', ['DUP_NAME /waves/1/name']],
  [
    'a gate that does not exist',
    ['waves', 0, 'gates', 1],
    'erors',
    ['UNKNOWN_GATE /waves/0/gates/1 … did you mean errors?'],
  ],
  ['a gate named twice', ['waves', 0, 'gates', 1], 'api-up', ['DUP_NAME /waves/0/gates/1']],
  [
    'a role nobody has defined',
    ['waves', 1, 'approval', 'roles', 0],
    'release-manager',
    ['UNKNOWN_ROLE /waves/1/approval/roles/0 … did you mean release-managers?'],
  ],
  ['more approvals than people', ['waves', 1, 'approval', 'people'], 3, ['APPROVAL_IMPOSSIBLE /waves/1/approval']],
  ['fewer deletes than none', ['deletes'], { max: -1 }, ['SCHEMA_VALUE /deletes/max']],
  [
    'a target that may delete a share',
    ['targets', 'gcp-prod01', 'maxDeletes'],
    '5%',
    ['SCHEMA_VALUE /targets/gcp-prod01/maxDeletes'],
  ],
  ['a kind that is none', ['deletes'], { protect: ['kafka'] }, ['SCHEMA_VALUE /deletes/protect/0']],
  [
    'deletes that nobody may approve',
    ['deletes'],
    { approval: { roles: ['sre'] } },
    ['UNKNOWN_ROLE /deletes/approval/roles/0'],
  ],
  [
    'deletes that too few may approve',
    ['deletes'],
    { approval: { roles: ['release-managers'], people: 3 } },
    ['APPROVAL_IMPOSSIBLE /deletes/approval'],
  ],
  ['a misspelt rule of deletes', ['deletes'], { maximum: 5 }, ['UNKNOWN_FIELD /deletes/maximum']],
  [
    'a metric store that does not exist',
    ['gates', 'errors', 'metric', 'source'],
    'prd',
    ['UNKNOWN_METRICS /gates/errors/metric/source … did you mean prod?'],
  ],
  [
    'a service that does not exist',
    ['services', 'gateway', 'dependsOn', 0],
    'storge',
    ['UNKNOWN_SERVICE /services/gateway/dependsOn/0 … did you mean storage?'],
  ],
  [
    'services that need each other',
    ['services', 'storage', 'dependsOn'],
    ['gateway'],
    ['DEPENDENCY_CYCLE /services/gateway/dependsOn'],
  ],
  [
    'a workload of a service that does not exist',
    ['services', 'gateway', 'workloads'],
    { api: { dependsOn: ['cache', 'storge/db'] } },
    ['UNKNOWN_SERVICE /services/gateway/workloads/api/dependsOn/1 … did you mean storage?'],
  ],
  [
    'dependencies of another service’s workload',
    ['services', 'gateway', 'workloads'],
    { 'storage/StatefulSet/db': { dependsOn: ['api'] } },
    ['WORKLOAD_ELSEWHERE /services/gateway/workloads/storage~1StatefulSet~1db'],
  ],
  [
    'a kind that restarts nothing',
    ['services', 'gateway', 'workloads'],
    { api: { dependsOn: ['Pod/cache'] } },
    ['NAME_INVALID /services/gateway/workloads/api/dependsOn/0'],
  ],
  [
    'a cap that lets nothing restart',
    ['targets', 'aws-staging', 'restartsPerMinute'],
    0,
    ['SCHEMA_VALUE /targets/aws-staging/restartsPerMinute'],
  ],
  [
    'a service for no target',
    ['services', 'gateway', 'targets'],
    { stage: 'x' },
    ['SELECTOR_EMPTY /services/gateway/targets'],
  ],
  [
    'an override for no target',
    ['services', 'storage', 'overrides'],
    [{ targets: { size: 'xxl' }, jsonnet: 'services/storage.jsonnet' }],
    ['SELECTOR_EMPTY /services/storage/overrides/0/targets'],
  ],
  [
    'a file that is not there',
    ['services', 'storage', 'jsonnet'],
    'services/storag.jsonnet',
    ['FILE_MISSING /services/storage/jsonnet … did you mean services/storage.jsonnet?'],
  ],
  [
    'a file outside the repository',
    ['services', 'storage', 'jsonnet'],
    '../storage.jsonnet',
    ['FILE_OUTSIDE /services/storage/jsonnet'],
  ],
  ['an absolute path', ['services', 'gateway', 'manifests'], '/etc', ['FILE_OUTSIDE /services/gateway/manifests']],
  [
    'an image by tag',
    ['services', 'storage', 'images', 'storage'],
    'registry.example.com/storage:1.2',
    ['IMAGE_TAG /services/storage/images/storage'],
  ],
  [
    'a short digest',
    ['services', 'storage', 'images', 'storage'],
    'registry.example.com/storage@sha256:abc',
    ['IMAGE_TAG /services/storage/images/storage'],
  ],
  [
    'jsonnet and manifests for one service',
    ['services', 'storage', 'manifests'],
    'services/',
    ['SCHEMA_CHOICE /services/storage'],
  ],
  ['a gate without a threshold', ['gates', 'errors', 'failAbove'], undefined, ['GATE_INVALID /gates/errors']],
  [
    'a threshold that is not a number',
    ['gates', 'errors', 'failAbove'],
    '0.001',
    ['GATE_INVALID /gates/errors/failAbove'],
  ],
  ['thresholds that fail every value', ['gates', 'errors', 'failBelow'], 0.001, ['GATE_INVALID /gates/errors']],
  [
    'a share of failures of one',
    ['gates', 'api-up', 'below', 'failures'],
    1,
    ['GATE_INVALID /gates/api-up/below/failures'],
  ],
  ['a gate that is both probe and metric', ['gates', 'api-up', 'metric'], {}, ['SCHEMA_CHOICE /gates/api-up/metric']],
  ['a probe of nothing', ['gates', 'api-up', 'probe'], { rate: '5/s' }, ['SCHEMA_CHOICE /gates/api-up/probe']],
  ['an interval longer than the soak', ['gates', 'errors', 'interval'], '3m', ['GATE_INVALID /gates/errors/interval']],
  [
    'an unknown placeholder',
    ['gates', 'api-up', 'probe', 'http'],
    'https://{targt}.example.com/',
    ['PLACEHOLDER /gates/api-up/probe/http … did you mean {target}?'],
  ],
  [
    'a label that a target lacks',
    ['gates', 'api-up', 'probe', 'http'],
    'https://{label.region}.example.com/',
    ['PLACEHOLDER /gates/api-up/probe/http'],
  ],
  [
    'a URL with a password',
    ['gates', 'api-up', 'probe', 'http'],
    'https://ada:secret@example.com/',
    ['URL /gates/api-up/probe/http'],
  ],
  [
    'a URL of another scheme',
    ['metrics', 'prod', 'prometheus'],
    'file:///etc/passwd',
    ['URL /metrics/prod/prometheus'],
  ],
  [
    'a secret in place of its name',
    ['metrics', 'prod', 'tokenSecret'],
    'Bearer eyJhbGciOi',
    ['SECRET_NAME /metrics/prod/tokenSecret'],
  ],
  ['a soak without a unit', ['waves', 0, 'soak'], '5', ['DURATION /waves/0/soak']],
  ['a soak of two units', ['waves', 0, 'soak'], '5m30', ['DURATION /waves/0/soak']],
  ['a negative soak', ['waves', 0, 'soak'], '-5m', ['DURATION /waves/0/soak']],
  ['a soak of nothing', ['waves', 0, 'soak'], '0s', ['DURATION /waves/0/soak']],
  ['a rate of nothing', ['gates', 'api-up', 'probe', 'rate'], '0/s', ['RATE /gates/api-up/probe/rate']],
  ['a flood', ['gates', 'api-up', 'probe', 'rate'], '1000/s', ['RATE /gates/api-up/probe/rate']],
  ['batches that leave targets out', ['waves', 1, 'batches'], [1, '50%'], ['BATCHES /waves/1/batches']],
  ['batches that shrink', ['waves', 1, 'batches'], [2, 1, '100%'], ['BATCHES /waves/1/batches']],
  ['a batch of no target', ['waves', 1, 'batches'], [0, '100%'], ['BATCHES /waves/1/batches/0']],
  ['a batch of more than all', ['waves', 1, 'batches'], ['101%', '100%'], ['BATCHES /waves/1/batches']],
  [
    'an account that lost its leading zeros',
    ['targets', 'aws-staging', 'eks', 'account'],
    11111111111,
    ['SCHEMA_TYPE /targets/aws-staging/eks/account'],
  ],
  ['two clouds for one target', ['targets', 'aws-staging', 'gke'], {}, ['SCHEMA_CHOICE /targets/aws-staging/gke']],
  ['no cloud for a target', ['targets', 'aws-staging', 'eks'], undefined, ['SCHEMA_CHOICE /targets/aws-staging']],
  [
    'one cluster under two names',
    ['targets', 'aws-staging'],
    { ...soundConfig.targets['gcp-prod01'], labels: { stage: 'staging' } },
    ['TARGET_TWICE /targets/gcp-prod01'],
  ],
  [
    'a name that looks like another',
    ['targets', 'аws'],
    { kubeconfig: { path: 'kubeconfig' }, labels: { stage: 'staging' } },
    ['CONFUSABLE_NAME /targets/аws'],
  ],
  ['a wave whose executions no name is left for', ['waves', 1, 'name'], 'w'.repeat(37), ['NAME_INVALID /waves/1/name']],
  ['a name that no URL can hold', ['roles', 'Release Managers'], [], ['NAME_INVALID /roles/Release Managers']],
  [
    'an address range that is none',
    ['targets', 'gcp-prod01', 'allow'],
    ['10.0.0.0'],
    ['CIDR /targets/gcp-prod01/allow/0'],
  ],
  ['external waves that are not watched', ['monitoring'], 'required', ['MONITORING /waves/1/gates']],
  ['a wave that is not watched', ['waves', 0, 'monitoring'], 'required', ['MONITORING /waves/0/gates']],
  ['nothing to release', ['services'], {}, ['EMPTY_SECTION /services']],
  ['no waves', ['waves'], undefined, ['MISSING_FIELD /waves']],
  ['a list where there is an object', ['targets'], [], ['SCHEMA_TYPE /targets']],
];

/** What is printed, cut to code, pointer and the nearest value. */
const brief = (printed: string): string => {
  const [, code, pointer, rest] = /^(\S+) \S+ (\/[^:]*): (.*)$/.exec(printed) ?? [];
  const nearest = /did you mean [^?]*\?/.exec(rest ?? '')?.[0];
  return `${code} ${pointer}${nearest === undefined ? '' : ` … ${nearest}`}`;
};

describe('a mistake', () => {
  test.each(mistakes)('%s is refused', async (_, path, value, expected) => {
    const printed = await problemsOf('tidegate.json', JSON.stringify(withValue(path, value), null, 2));
    expect(printed.map(brief)).toEqual(expected);
    expect(printed.join('\n')).not.toMatch(/eyJhbGciOi|ada:secret/);
  });
});
