import { describe, expect, it } from 'vitest';
import { readArtifactEvent } from '../../shared/intake/artifact-event.ts';
import { corpusEvent, corpusEvents, hasEvents, missingEvents } from './corpus-events.ts';
import { digest } from './place.ts';

const storefront = {
  outcome: 'artifact',
  repository: 'europe-west1-docker.pkg.dev/example-project/apps/storefront',
  digest: 'sha256:7e6a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8',
  source: 'google-artifact-registry',
};
const ignored = (reason: string) => ({ outcome: 'ignored', code: 'EVENT_IGNORED', reason });
const refused = (code: string, message: unknown) => ({ outcome: 'refused', status: 422, code, message });

describe('every event of the corpus', () => {
  const expected: Record<string, object> = {
    'aws/codebuild-state-change.json': ignored(
      'aws.codebuild CodeBuild Build State Change is not the push of an image',
    ),
    'aws/ecr-image-push-event.json': refused(
      'DIGEST_INVALID',
      'image 123456789012.dkr.ecr.us-west-2.amazonaws.com/my-repository-name: its digest has 60 hexadecimal digits, expected sha256: and 64 lower-case hexadecimal digits; send the digest that the registry gave to the push',
    ),
    'aws/ecr-image-scan-event.json': ignored('aws.ecr ECR Image Scan is not the push of an image'),
    'cdevents/artifact_packaged.json': ignored('dev.cdevents.artifact.packaged.0.3.0 publishes no artifact'),
    'cdevents/artifact_published.json': ignored('pkg:golang is not a container image, only pkg:oci is'),
    'cdevents/artifact_published.v0.3.0.json': ignored('pkg:golang is not a container image, only pkg:oci is'),
    'cdevents/artifact_published.v0.4.1.json': ignored('pkg:golang is not a container image, only pkg:oci is'),
    'cdevents/artifact_signed.json': ignored('dev.cdevents.artifact.signed.0.3.0 publishes no artifact'),
    'cdevents/change_merged.json': ignored('dev.cdevents.change.merged.0.3.0 publishes no artifact'),
    'cdevents/service_deployed.json': ignored('dev.cdevents.service.deployed.0.3.0 publishes no artifact'),
    'docker-hub/docker_hub_build_notice.json': refused(
      'IMAGE_TAG',
      'image docker.io/svendowideit/testhook:latest is named without a digest, and a tag can be moved; send docker.io/svendowideit/testhook@sha256:<64 hexadecimal digits> of what was pushed',
    ),
    'github-octokit/package.published.docker.json': ignored('package_type npm is not a container image'),
    'github-octokit/registry_package.published.docker.json': ignored('package_type npm is not a container image'),
    'google-artifact-registry/delete.tag.data.json': ignored('Artifact Registry reports DELETE, not INSERT'),
    'google-artifact-registry/delete.tag.pubsub-push.json': ignored('Artifact Registry reports DELETE, not INSERT'),
    'google-artifact-registry/insert.tagged.data.json': { ...storefront, tag: '1.4.2', id: 'the body' },
    'google-artifact-registry/insert.tagged.pubsub-push.json': { ...storefront, tag: '1.4.2', id: '2070443601311540' },
    'google-artifact-registry/insert.untagged.data.json': { ...storefront, id: 'the body' },
    'google-artifact-registry/insert.untagged.pubsub-push.json': { ...storefront, id: '2070443601311541' },
    'harbor/push_artifact.json': {
      outcome: 'artifact',
      repository: 'hub.harbor.com/test-webhook/debian',
      digest: 'sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8',
      tag: 'latest',
      source: 'harbor test-webhook/debian',
      id: 'the body',
    },
  };
  it.skipIf(!hasEvents)(`is read as what it is (${missingEvents} where it is missing)`, () => {
    const known = corpusEvents().filter((path) => path in expected);
    expect(Object.fromEntries(known.map((path) => [path, readArtifactEvent(corpusEvent(path), 'the body')]))).toEqual(
      expected,
    );
    const others = corpusEvents().filter((path) => !(path in expected));
    for (const path of others) {
      expect(readArtifactEvent(corpusEvent(path), 'the body'), path).toMatchObject({
        outcome: 'ignored',
        reason: expect.stringMatching(/^not an artifact event: none of the known senders has the fields /),
      });
    }
    expect(others.map((path) => path.split('/')[0])).toEqual([
      ...Array(6).fill('github-octokit'),
      ...Array(3).fill('github-woodpecker'),
    ]);
  });
});

describe('our own event', () => {
  const image = `registry.example.com:5000/team/storage@${digest('c')}`;

  it('is an image by digest, with a service, a source and an id where wanted', () => {
    expect(readArtifactEvent({ image, service: 'storage', source: 'ci 7', id: 'build-7' }, 'the body')).toEqual({
      outcome: 'artifact',
      repository: 'registry.example.com:5000/team/storage',
      digest: digest('c'),
      service: 'storage',
      source: 'ci 7',
      id: 'build-7',
    });
  });

  it.each([
    [{ image: 'registry.example.com/storage:1.2.3' }, 'IMAGE_TAG'],
    [{ image: 'registry.example.com/storage' }, 'IMAGE_TAG'],
    [{ image: `registry.example.com/storage@sha256:${'c'.repeat(63)}` }, 'DIGEST_INVALID'],
    [{ image: `registry.example.com/storage@sha256:${'c'.repeat(65)}` }, 'DIGEST_INVALID'],
    [{ image: `registry.example.com/storage@sha256:${'C'.repeat(64)}` }, 'DIGEST_INVALID'],
    [{ image: `registry.example.com/storage@sha512:${'c'.repeat(128)}` }, 'DIGEST_INVALID'],
    [{ image: `registry.example.com/storage@${digest('c')}@${digest('d')}x` }, undefined],
    [{ image: `Registry.example.com/Storage@${digest('c')}` }, 'IMAGE_INVALID'],
    [{ image: `registry.example.com/"+importstr('x')+"@${digest('c')}` }, 'IMAGE_INVALID'],
    [{ image: `../storage@${digest('c')}` }, 'IMAGE_INVALID'],
    [{ image, service: 'Storage!' }, 'EVENT_MALFORMED'],
    [{ image, digest: digest('d') }, 'EVENT_MALFORMED'],
    [{ image: 7 }, 'EVENT_MALFORMED'],
  ])('%j is answered with %s', (event, code) => {
    const read = readArtifactEvent(event, 'the body');
    expect('code' in read ? read.code : undefined).toBe(code);
  });

  it('is refused when it is no object', () => {
    for (const event of [null, 7, 'text', [image]]) {
      expect(readArtifactEvent(event, 'the body')).toMatchObject({
        outcome: 'refused',
        status: 400,
        code: 'EVENT_MALFORMED',
      });
    }
  });
});

describe('senders whose corpus event names no usable image', () => {
  const envelope = {
    id: 'e-1',
    source: 'aws.ecr',
    'detail-type': 'ECR Image Action',
    account: '123456789012',
    region: 'us-west-2',
  };
  const push = {
    result: 'SUCCESS',
    'action-type': 'PUSH',
    'repository-name': 'team/storage',
    'image-digest': digest('c'),
  };

  it('ECR: a push that succeeded, with the registry made from account and region', () => {
    expect(readArtifactEvent({ ...envelope, detail: { ...push, 'image-tag': '1.2' } }, 'the body')).toEqual({
      outcome: 'artifact',
      repository: '123456789012.dkr.ecr.us-west-2.amazonaws.com/team/storage',
      digest: digest('c'),
      tag: '1.2',
      source: 'aws.ecr',
      id: 'e-1',
    });
    const china = readArtifactEvent({ ...envelope, region: 'cn-north-1', detail: push }, 'the body');
    expect(china).toMatchObject({ repository: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/storage' });
  });

  it.each([
    [{ ...push, 'action-type': 'DELETE' }, ignored('ECR reports DELETE SUCCESS, not a push that succeeded')],
    [{ ...push, result: 'FAILURE' }, ignored('ECR reports PUSH FAILURE, not a push that succeeded')],
    [{ ...push, 'image-digest': undefined, 'image-tag': '1' }, { code: 'IMAGE_TAG' }],
  ])('ECR: %j', (detail, expected) => {
    expect(readArtifactEvent({ ...envelope, detail }, 'the body')).toMatchObject(expected);
  });

  it('the bus: what another source put into detail', () => {
    const event = {
      ...envelope,
      source: 'acme.ci',
      'detail-type': 'built',
      detail: { image: `r.example.com/a@${digest('c')}` },
    };
    expect(readArtifactEvent(event, 'the body')).toMatchObject({
      outcome: 'artifact',
      repository: 'r.example.com/a',
      id: 'e-1',
    });
    expect(readArtifactEvent({ ...event, detail: {} }, 'the body')).toEqual(ignored('built names no image'));
  });

  const cdEvent = (id: string, type = 'dev.cdevents.artifact.published.0.3.0') => ({
    context: { id: 'c-1', source: '/ci', type },
    subject: { id },
  });
  it.each([
    [
      `pkg:oci/storage@sha256%3A${'c'.repeat(64)}?repository_url=r.example.com/team/storage&tag=1.2`,
      {
        outcome: 'artifact',
        repository: 'r.example.com/team/storage',
        digest: digest('c'),
        tag: '1.2',
        source: 'cdevents /ci',
        id: 'c-1',
      },
    ],
    [`pkg:oci/storage@sha256%3A${'c'.repeat(64)}`, { code: 'IMAGE_INVALID' }],
    ['pkg:oci/storage?repository_url=r.example.com/team/storage&tag=1.2', { code: 'IMAGE_TAG' }],
    ['pkg:oci/storage@sha256%3Acc?repository_url=r.example.com/team/storage', { code: 'DIGEST_INVALID' }],
    ['storage', { code: 'IMAGE_INVALID' }],
  ])('CDEvents: %s', (purl, expected) => {
    expect(readArtifactEvent(cdEvent(purl), 'the body')).toMatchObject(expected);
  });

  const container = (tag: object, version: string = digest('c')) => ({
    action: 'published',
    registry_package: {
      name: 'Storage',
      package_type: 'CONTAINER',
      owner: { login: 'Acme' },
      package_version: { version, container_metadata: { tag } },
    },
    repository: { full_name: 'Acme/storage' },
  });
  it.each([
    [
      container({ name: '1.2', digest: digest('c') }),
      {
        outcome: 'artifact',
        repository: 'ghcr.io/acme/storage',
        digest: digest('c'),
        tag: '1.2',
        source: 'github Acme/storage',
        id: 'the body',
      },
    ],
    [container({ name: '1.2', digest: digest('d') }), { code: 'DIGEST_INVALID' }],
    [container({ name: '1.2' }, '1.2'), { code: 'DIGEST_INVALID' }],
    [{ ...container({}), action: 'deleted' }, ignored('the package was deleted, not published')],
  ])('GitHub packages: %#', (event, expected) => {
    expect(readArtifactEvent(event, 'the body')).toMatchObject(expected);
  });
});
