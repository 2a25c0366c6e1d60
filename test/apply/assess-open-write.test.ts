import { describe, expect, it } from 'vitest';
import { assessOpenWrite, type OpenWrite } from '../../shared/apply/assess-open-write.ts';
import { live } from './manifests.ts';

const at = Date.parse('2026-03-01T12:00:00Z');
const minute = 60_000;
const open = (more: Partial<OpenWrite> = {}): OpenWrite => ({
  intent: 'prod/000000007-000001',
  fence: 7,
  at,
  id: '/ConfigMap/shop/it',
  verb: 'apply',
  path: '/api/v1/namespaces/shop/configmaps/it',
  ...more,
});
const about = { uid: 'uid-1', resourceVersion: '1' };
const there = (metadata: object = {}) => live('v1', 'ConfigMap', { metadata });
const token = (value: string) => ({ annotations: { 'tidegate.dev/fence': value } });
const subject = 'ConfigMap shop/it';

describe('assessOpenWrite', () => {
  it.each([
    ['a create of what is not there', open(), undefined, { is: 'pending' }],
    [
      'a create of what is there with its token',
      open(),
      there(token('7')),
      { is: 'done', because: `${subject} carries token 7` },
    ],
    [
      'a create of what somebody else made',
      open(),
      there(),
      { is: 'refused', because: `${subject} was changed since and does not carry token 7` },
    ],
    ['a change of what is as it was', open({ preconditions: about }), there(), { is: 'pending' }],
    [
      'a change of what moved and has its token',
      open({ preconditions: about }),
      there({ resourceVersion: '2', ...token('7') }),
      { is: 'done', because: `${subject} carries token 7` },
    ],
    [
      'a change of what moved and has another',
      open({ preconditions: about }),
      there({ resourceVersion: '2', ...token('5') }),
      { is: 'refused', because: `${subject} was changed since and does not carry token 7` },
    ],
    [
      'a change of what was made anew',
      open({ preconditions: about }),
      there({ uid: 'uid-2' }),
      { is: 'refused', because: `${subject} was changed since and does not carry token 7` },
    ],
    [
      'a change of what is gone',
      open({ preconditions: about }),
      undefined,
      { is: 'unknown', because: `${subject} is gone` },
    ],
    [
      'a bare write to what moved',
      open({ preconditions: about, isBare: true }),
      there({ resourceVersion: '2' }),
      { is: 'unknown', because: `${subject} was changed since and does not carry token 7` },
    ],
    ['a delete of what is as it was', open({ verb: 'delete', preconditions: about }), there(), { is: 'pending' }],
    [
      'a delete of what is gone',
      open({ verb: 'delete', preconditions: about }),
      undefined,
      { is: 'done', because: `${subject} is gone` },
    ],
    [
      'a delete of what was made anew',
      open({ verb: 'delete', preconditions: about }),
      there({ uid: 'uid-2' }),
      { is: 'done', because: `${subject} is gone` },
    ],
    [
      'a delete of what is on its way out',
      open({ verb: 'delete', preconditions: about }),
      there({ resourceVersion: '2', deletionTimestamp: '2026-03-01T12:00:01Z' }),
      { is: 'done', because: `${subject} is being deleted` },
    ],
    [
      'a delete of what was changed',
      open({ verb: 'delete', preconditions: about }),
      there({ resourceVersion: '2' }),
      { is: 'refused', because: `${subject} was changed and is still there` },
    ],
  ] as const)('judges %s', (_, write, object, expected) => {
    expect(assessOpenWrite(write, object, at + minute)).toEqual(expected);
  });

  it('takes what has not come in a quarter of an hour for what never will', () => {
    const create = open();
    expect(assessOpenWrite(create, undefined, at + 15 * minute - 1)).toEqual({ is: 'pending' });
    expect(assessOpenWrite(create, undefined, at + 15 * minute)).toEqual({
      is: 'refused',
      because: `${subject} is as it was before, 15 minutes later`,
    });
  });
});
