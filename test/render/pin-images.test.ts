import { describe, expect, it } from 'vitest';
import { pinImages, unusedImages } from '../../shared/render/pin-images.ts';

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const web = `registry.example.com:5000/team/web@${digest('1')}`;

describe('an image', () => {
  it.each([
    ['without a tag is pinned', 'registry.example.com:5000/team/web', web],
    ['with a tag is pinned', 'registry.example.com:5000/team/web:1.2', web],
    ['with another digest is pinned', `registry.example.com:5000/team/web@${digest('2')}`, web],
    ['with both is pinned', `registry.example.com:5000/team/web:1.2@${digest('2')}`, web],
    [
      'of another repository stays',
      'registry.example.com:5000/team/web-admin:1',
      'registry.example.com:5000/team/web-admin:1',
    ],
    ['of another registry stays', 'registry.example.com/team/web:1', 'registry.example.com/team/web:1'],
  ])('%s', (_, written, pinned) => {
    const container = { name: 'web', image: written, args: ['x'] };
    expect(pinImages({ spec: { containers: [container] } }, { web }).value).toEqual({
      spec: { containers: [{ ...container, image: pinned }] },
    });
  });
});

it('containers are found in every list of them, in any kind, and nothing else is changed', () => {
  const image = 'registry.example.com:5000/team/web';
  const pod = (tag: string) => ({
    initContainers: [{ image: tag }],
    containers: [{ image: tag }, null],
    ephemeralContainers: [{ image: tag }],
  });
  const cron = (tag: string) => ({
    kind: 'List',
    items: [
      { kind: 'CronJob', image, spec: { jobTemplate: { spec: { template: { spec: pod(tag) } } }, containers: 'text' } },
    ],
  });
  expect(pinImages(cron(image), { web })).toEqual({ value: cron(web), used: new Set(['web']) });
});

it('entries of one repository are told apart by the name of the container', () => {
  const images = { one: `team/web@${digest('1')}`, two: `team/web@${digest('2')}` };
  const containers = ['one', 'two', 'three'].map((name) => ({ name, image: 'team/web' }));
  expect(pinImages({ containers }, images)).toEqual({
    value: {
      containers: [
        { name: 'one', image: images.one },
        { name: 'two', image: images.two },
        { name: 'three', image: 'team/web' },
      ],
    },
    used: new Set(['one', 'two']),
  });
});

it('an entry that reaches no container is a problem', () => {
  expect(unusedImages({ web, api: `team/api@${digest('3')}` }, new Set(['web']), 'services/web')).toEqual([
    {
      code: 'IMAGE_UNUSED',
      source: 'services/web',
      what: 'images.api: no container has an image of team/api; correct the repository or remove the entry',
    },
  ]);
});
