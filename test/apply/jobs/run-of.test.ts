import { describe, expect, it } from 'vitest';
import { runOf } from '../../../shared/apply/jobs/run-of.ts';
import { lintObjects } from '../../../shared/apply/lint/lint-objects.ts';
import { identityOf } from '../../../shared/apply/object-id.ts';
import { configMap } from '../manifests.ts';
import { job } from './job-manifests.ts';

const hook = (annotations: Readonly<Record<string, string>>) => job('migrate', { run: '', annotations });

describe('when a Job runs', () => {
  it.each([
    ['its own word', job('migrate'), { run: 'before', weight: 0, mayRepeat: false }],
    [
      'that it may repeat',
      job('undo', { run: 'back', annotations: { 'tidegate.dev/repeat': 'safe' } }),
      { run: 'back', weight: 0, mayRepeat: true },
    ],
    ['no word', hook({}), undefined],
    [
      'hooks of Helm at every release',
      hook({ 'helm.sh/hook': 'pre-upgrade, pre-install', 'helm.sh/hook-weight': '-5' }),
      { run: 'before', weight: -5, mayRepeat: false },
    ],
    [
      'hooks of Helm after every release',
      hook({ 'helm.sh/hook': 'post-install,post-upgrade' }),
      { run: 'after', weight: 0, mayRepeat: false },
    ],
    ['a hook of Helm at the first release only', hook({ 'helm.sh/hook': 'pre-install' }), undefined],
    ['a test of Helm', hook({ 'helm.sh/hook': 'test' }), undefined],
    [
      'a hook of Argo CD',
      hook({ 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/sync-wave': '2' }),
      { run: 'before', weight: 2, mayRepeat: false },
    ],
    [
      'a hook of Argo CD after',
      hook({ 'argocd.argoproj.io/hook': 'PostSync' }),
      { run: 'after', weight: 0, mayRepeat: false },
    ],
    ['a hook of Argo CD that means something else', hook({ 'argocd.argoproj.io/hook': 'Sync' }), undefined],
    [
      'an unknown word',
      job('migrate', { run: 'during' }),
      { mistake: 'Job migrate has tidegate.dev/run: during; expected before, after, test or back' },
    ],
    [
      'a word on what is no Job',
      { ...configMap('x'), metadata: { name: 'x', annotations: { 'tidegate.dev/run': 'after' } } },
      { mistake: 'ConfigMap x has annotation tidegate.dev/run; only a batch/v1 Job may have it' },
    ],
    [
      'a Job that is suspended',
      job('migrate', { spec: { suspend: true } }),
      { mistake: 'Job migrate runs before and is suspended, so that it would never run; remove spec.suspend' },
    ],
    [
      'a name that leaves no room',
      job('m'.repeat(53)),
      { mistake: expect.stringContaining('shorten it to 52 characters') },
    ],
  ])('is told by %s', (_, manifest, expected) => {
    expect(runOf(manifest)).toEqual(expected);
  });
});

describe('a Job that Kubernetes itself may run more than once', () => {
  const found = (manifest: ReturnType<typeof job>) =>
    lintObjects([{ id: identityOf(manifest), manifest }])
      .filter(({ rule }) => rule === 'job-repeated')
      .map(({ because }) => because);
  it('is named, with what makes it so', () => {
    const template = { spec: { restartPolicy: 'OnFailure', containers: [] } };
    expect(found(job('migrate', { spec: { backoffLimit: 3, template } }))).toEqual([
      'Job migrate: it runs before the deployment and may run more than once by Kubernetes itself (backoffLimit 3, restartPolicy OnFailure); set backoffLimit 0 and restartPolicy Never, or say tidegate.dev/repeat: safe',
    ]);
  });
  it('is not, where it runs once or says that twice does no harm', () => {
    expect(found(job('migrate'))).toEqual([]);
    expect(
      found(job('migrate', { spec: { backoffLimit: 3 }, annotations: { 'tidegate.dev/repeat': 'safe' } })),
    ).toEqual([]);
    expect(found(job('migrate', { run: '', spec: { backoffLimit: 3 } }))).toEqual([]);
  });
});
