import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { assessKstatus } from '../../../shared/apply/settled/kstatus.ts';
import { seededRandom } from '../../../shared/outside/random.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';
import { corpusSet, hasCorpus } from '../corpus.ts';
import { oddObjects, withStatus } from './kstatus-upstream/objects.ts';
import { askUpstream, buildUpstream, noUpstream, type Upstream } from './kstatus-upstream/upstream.ts';

/** Odd objects, one for each different answer of kstatus v0.37.2, and that answer. */
const recorded: readonly (readonly [string, Manifest])[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'kstatus-upstream', 'recorded.json'), 'utf8'),
);

const words = {
  ready: 'Current',
  'in-progress': 'InProgress',
  failed: 'Failed',
  terminating: 'Terminating',
  unknown: 'error',
} as const;

/** Our judgement in upstream's words. Upstream gives no reason where all is well, and its errors have words of their own. */
const ours = (object: Manifest): string => {
  const live: LiveObject = { ...object, metadata: { uid: '', resourceVersion: '', ...object.metadata } };
  const { status, reason, message } = assessKstatus(live, Date.now());
  if (status === 'unknown') return 'error';
  const isPlain = status === 'ready' || status === 'terminating';
  return `${words[status]} ${isPlain ? '' : reason}: ${message}`;
};

const theirs = ({ status, reason, message }: Upstream): string =>
  status === 'error' ? 'error' : `${status} ${reason}: ${message}`;

/** The one rule that upstream has taken on since its last version: a Job that was told to stand still, and does. */
const isSuspendedJob = ({ apiVersion, kind, spec, status }: Manifest): boolean =>
  apiVersion === 'batch/v1' &&
  kind === 'Job' &&
  JSON.stringify(spec ?? {}).includes('"suspend":true') &&
  JSON.stringify(status ?? {}).includes('"type":"Suspended","status":"True"');

describe('assessKstatus beside upstream', () => {
  it('says what upstream was recorded to say', () => {
    expect(recorded.map(([, object]) => [ours(object), object])).toEqual(recorded);
  });

  const program = buildUpstream();
  if (program === undefined) return void test.skip(noUpstream);

  const compare = (objects: readonly Manifest[]) => {
    const said = askUpstream(program, objects).map(theirs);
    const differ = objects
      .map((object, place) => ({ object, ours: ours(object), theirs: said[place] }))
      .filter((each) => each.ours !== each.theirs && !isSuspendedJob(each.object));
    expect(differ.slice(0, 10)).toEqual([]);
  };

  it('still has the record right', () => {
    const said = askUpstream(
      program,
      recorded.map(([, object]) => object),
    );
    expect(said.map(theirs)).toEqual(recorded.map(([words]) => words));
  });

  it('says the same of thousands of objects, whole and odd', () => {
    compare(oddObjects(seededRandom('kstatus'), 4000));
  });

  it.skipIf(!hasCorpus)('says the same of real manifests, whatever their controllers may have written', () => {
    const sets = ['argo-cd', 'cert-manager', 'strimzi', 'microservices-demo', 'kubernetes-examples'];
    const manifests = sets.flatMap((set) => corpusSet(set)).map(({ object }) => object);
    compare(withStatus(seededRandom('corpus'), manifests));
  });
});
