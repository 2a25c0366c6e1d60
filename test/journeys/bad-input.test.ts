import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { image, smallFleetConfig } from './fleet-config.ts';
import { openRehearsal, time, webService } from './rehearsal.ts';

const story = await openRehearsal({ config: smallFleetConfig('v1') });
beforeAll(() => story.settleFirst());
afterAll(() => story.close());

type Json = Readonly<Record<string, unknown>>;
const config: Json & { readonly waves: readonly Json[]; readonly targets: Readonly<Record<string, Json>> } = JSON.parse(
  smallFleetConfig('v2'),
);
const withConfig = (changes: Json) => ({ 'tidegate.json': JSON.stringify({ ...config, ...changes }, null, 2) });
const waveOf = (at: number, changes: Json) => ({
  waves: config.waves.map((wave, index) => (index === at ? { ...wave, ...changes } : wave)),
});
/** The service as plain files instead of jsonnet. */
const manifests = (files: Readonly<Record<string, string>>) => ({
  ...withConfig({ services: { web: { manifests: 'services/web/' } } }),
  ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`services/web/${name}`, text])),
});
const configMap = (name: string, data = 'a: b') => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  ${data}
`;
const jsonnet = (text: string) => ({ ...withConfig({}), 'services/web.jsonnet': text });
const deployment = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: web
          image: ${image}
`;
const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  .concat(
    [...'bcdefghij'].map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghij'[at]}`).join(', ')}]`),
  )
  .join('\n  ');

/** Everything that a merge of these cases may have put into the repository. */
const files = [
  'tidegate.json',
  'services/web.jsonnet',
  'services/link.libsonnet',
  ...['a', 'b', 'one'].map((name) => `services/web/${name}.yaml`),
];
const whole = (changes: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(files.map((path) => [path, null])),
  'services/web.jsonnet': webService,
  ...changes,
});

interface Case {
  readonly mistake: string;
  readonly changes: Readonly<Record<string, string | null>>;
  readonly because: string;
}

/** What is wrong before any target is asked anything. */
const wrongInTheRepository: readonly Case[] = [
  {
    mistake: 'an unknown field',
    changes: withConfig(waveOf(1, { sok: '5m' })),
    because:
      'UNKNOWN_FIELD tidegate.json:75:7 /waves/1/sok: unknown field "sok"; expected one of name, targets, soak, soakInfrastructure, monitoring, gates, approval, batches, maxConcurrent, maxFailures, whenTaken, settleWithin, inconclusiveWithin; did you mean soak?',
  },
  {
    mistake: 'a wrong unit',
    changes: withConfig(waveOf(1, { soak: '5 minutes' })),
    because:
      'DURATION tidegate.json:70:15 /waves/1/soak: "5 minutes" is not accepted; expected a whole number above 0 and one unit; write 5s, 5m or 5h',
  },
  {
    mistake: 'a wave without targets',
    changes: withConfig({ waves: [...config.waves, { name: 'nowhere', targets: { stage: 'nowhere' } }] }),
    because:
      'WAVE_EMPTY tidegate.json:97:18 /waves/3/targets: wave nowhere: no target has {"stage":"nowhere"}; expected labels that at least one target has',
  },
  {
    mistake: 'a target in no wave',
    changes: withConfig({ waves: config.waves.slice(0, 2) }),
    because:
      'TARGET_IN_NO_WAVE tidegate.json:44:5 /targets/eks-a: target eks-a is in no wave and would never be released to; expected one wave for each target',
  },
  {
    mistake: 'two waves of one name',
    changes: withConfig(waveOf(1, { name: 'staging' })),
    because:
      'DUP_NAME tidegate.json:66:15 /waves/1/name: wave 0 is named "staging" too; expected a name of its own for each wave',
  },
  {
    mistake: 'a gate without a threshold',
    changes: withConfig({
      gates: {
        ...JSON.parse(smallFleetConfig('v2')).gates,
        errors: { metric: { source: 'prod', query: 'up' } },
      },
    }),
    because:
      'GATE_INVALID tidegate.json:109:15 /gates/errors: the gate has no threshold; expected failAbove, failBelow or both; without one it would never fail',
  },
  {
    mistake: 'a key that would be a prototype',
    changes: {
      'tidegate.json': smallFleetConfig('v2').replace('"web": {', '"__proto__": { "jsonnet": "x" }, "web": {'),
    },
    because:
      'KEY_FORBIDDEN tidegate.json:3:5 /services/__proto__: key "__proto__" is not allowed; expected any other name',
  },
  {
    mistake: 'no config file',
    changes: { 'tidegate.json': null },
    because: 'CONFIG_MISSING tidegate.json: the config file is not in the repository; expected a file at this path',
  },
  {
    mistake: 'an empty config',
    changes: { 'tidegate.json': '' },
    because: 'EMPTY_CONFIG tidegate.json: the config is empty; expected services, targets and waves',
  },
  {
    mistake: 'an image by tag in the config',
    changes: { 'tidegate.json': smallFleetConfig('v2').replace(image('v2'), 'registry.example.com/web:v2') },
    because:
      'IMAGE_TAG tidegate.json:6:16 /services/web/images/web: "registry.example.com/web:v2" is not accepted; expected repository@sha256: and 64 lower-case hexadecimal digits; a tag can move: pin the digest that was built, as in registry.example.com/api@sha256:…',
  },
  {
    mistake: 'two objects of one identity in two files',
    changes: manifests({ 'a.yaml': configMap('web'), 'b.yaml': configMap('web', 'c: d') }),
    because:
      'IDENTITY_COLLISION services/web/b.yaml:1 (document 1): ConfigMap web in namespace default is also written at services/web/a.yaml:1 (document 1); keep one of them',
  },
  {
    mistake: 'an image by tag in a manifest',
    changes: manifests({ 'one.yaml': deployment('nginx:1.29') }),
    because:
      'IMAGE_TAG services/web/one.yaml:1 (document 1): container web has image nginx:1.29; expected repository@sha256:<64 hexadecimal digits>',
  },
  {
    mistake: 'a generated name',
    changes: manifests({ 'one.yaml': configMap('x').replace('name: x', 'generateName: x-') }),
    because:
      'OBJECT_INVALID services/web/one.yaml:1 (document 1): ConfigMap has generateName: every rollout would make another object; give it metadata.name',
  },
  {
    mistake: 'an alias bomb',
    changes: manifests({ 'one.yaml': configMap('web', bomb) }),
    because:
      'YAML_ALIASES services/web/one.yaml:1 (document 1): an anchor is used more than 1000 times, counted through others, or in itself',
  },
  {
    mistake: 'jsonnet that reads a file of the host',
    changes: jsonnet("import '/etc/passwd'"),
    because:
      'IMPORT_DENIED services/web.jsonnet:1:1: import "/etc/passwd": an absolute path is not imported; write it relative to the importing file, with /',
  },
  {
    mistake: 'jsonnet that leaves the repository',
    changes: jsonnet("import '../../outside.libsonnet'"),
    because:
      'IMPORT_DENIED services/web.jsonnet:1:1: import "../../outside.libsonnet": the path leaves the config repository',
  },
  {
    mistake: 'jsonnet that reads text outside',
    changes: jsonnet("{ a: importstr '../../../etc/passwd' }"),
    because:
      'IMPORT_DENIED services/web.jsonnet:1:6: import "../../../etc/passwd": the path leaves the config repository',
  },
  {
    mistake: 'jsonnet without an end',
    changes: jsonnet('local f(x) = 1 + f(x + 1); f(0)'),
    because:
      'RENDER_LIMIT services/web.jsonnet:1:18: stack: calls are nested more than 500 deep: endless recursion? (in function f)',
  },
];

/** What only a target can tell: it is read and asked for dry runs, and not written to. */
const wrongOnTheTargets: readonly Case[] = [
  {
    mistake: 'a kind that no target knows',
    changes: manifests({
      'one.yaml': configMap('web').replace(
        'apiVersion: v1\nkind: ConfigMap',
        'apiVersion: example.com/v1\nkind: Gadget',
      ),
    }),
    because:
      'aks-staging: services/web/one.yaml:1 (document 1): the cluster serves no Gadget of example.com/v1, and no CustomResourceDefinition among these objects brings it',
  },
  {
    mistake: 'a namespace that is not there',
    changes: manifests({ 'one.yaml': configMap('web').replace('name: web', 'name: web\n  namespace: nowhere') }),
    because: 'aks-staging: ConfigMap nowhere/web: namespace nowhere does not exist',
  },
];

describe.each([
  { where: 'the repository', cases: wrongInTheRepository, asked: false },
  { where: 'the targets', cases: wrongOnTheTargets, asked: true },
])('a merge that $where tells to be wrong is refused, and no target is written to:', ({ cases, asked }) => {
  test.each(cases)('$mistake', async ({ mistake, changes, because }) => {
    const before = story.mark();
    const rollout = await story.merge(whole(changes), mistake);
    expect(await story.ended(rollout)).toMatchObject({ outcome: 'refused', because: expect.stringContaining(because) });
    for (const target of story.targets) expect([target, story.writes(target, before)]).toEqual([target, []]);
    if (!asked) expect(story.mark()).toEqual(before);
  });
});

test('a symbolic link in the repository is refused, whatever it points to', async () => {
  const commit = await story.commitLink('services/link.libsonnet', '/etc/passwd');
  const before = story.mark();
  const { rollout } = await story.release(commit);
  expect(await story.ended(rollout)).toMatchObject({
    outcome: 'refused',
    because: expect.stringMatching(
      /services\/link\.libsonnet is a symbolic link; put a copy of the file in its place$/,
    ),
  });
  expect(story.mark()).toEqual(before);
});

test('a field that somebody else holds on a target is named with its path and holder', async () => {
  const server = story.instance.fleet.servers.get('eks-a');
  const taken = await time.complete(
    async () =>
      server?.handle(
        new Request('https://eks-a/api/v1/namespaces/default/configmaps/web?fieldManager=night-shift&force=true', {
          method: 'PATCH',
          headers: { 'content-type': 'application/apply-patch+yaml', 'user-agent': 'kubectl/v1.35.4' },
          body: JSON.stringify({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'web' },
            data: { target: 'somewhere else' },
          }),
        }),
      ),
    { maxVirtualMs: 1_000 },
  );
  expect(taken?.status).toBe(200);
  const before = story.mark();
  const rollout = await story.merge(whole(withConfig({})), 'Version 2');
  expect(await story.ended(rollout)).toMatchObject({
    outcome: 'refused',
    because: expect.stringContaining(
      'eks-a: ConfigMap default/web: .data.target is set by night-shift; remove the fields from the manifest, or have their manager give them up',
    ),
  });
  for (const target of story.targets) expect([target, story.writes(target, before)]).toEqual([target, []]);
});

test('what was refused stays in git for its author to mend: nothing is reverted, and every target has what it had', async () => {
  expect(await story.file('tidegate.json')).toBe(withConfig({})['tidegate.json']);
  for (const target of story.targets) expect([target, story.running(target)]).toEqual([target, [image('v1')]]);
  const events = await Promise.all((await story.rollouts()).map(({ rollout }) => story.events(rollout)));
  expect(events.flat().filter((text) => text.startsWith('git is true again'))).toEqual([]);
});
