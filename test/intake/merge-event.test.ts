import { describe, expect, it } from 'vitest';
import { readMergeEvent } from '../../shared/intake/merge-event.ts';
import { corpusEvent, corpusEvents, hasEvents, missingEvents } from './corpus-events.ts';

const ignored = (reason: string) => ({ outcome: 'ignored', code: 'EVENT_IGNORED', reason });
const neither = ignored('neither a push nor a pull request');

describe('every event of the corpus', () => {
  /** By path: the repository and branch that are released, and what the event then is. */
  const expected: Record<string, readonly [string, string, object]> = {
    'github-octokit/push.no-username-committer.json': [
      'Codertocat/Hello-World',
      'master',
      {
        outcome: 'merge',
        commit: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
        by: 'Codertocat',
        people: ['Codertocat'],
      },
    ],
    'github-octokit/push.tag-deleted.json': [
      'Codertocat/Hello-World',
      'master',
      ignored('refs/tags/simple-tag was deleted'),
    ],
    'github-octokit/pull_request.closed.not-merged.json': [
      'Codertocat/Hello-World',
      'master',
      ignored('pull request #2 was closed without a merge'),
    ],
    'github-woodpecker/push.tag.json': ['6543/test_ci_tmp', 'main', ignored('refs/tags/the-tag-v1 is not a branch')],
    'github-woodpecker/push.forced.json': [
      '6543/oxiduct',
      'main',
      ignored(
        'the history of main was rewritten; look at it, then run: tidegate release f7220f1f753260bf6f1c533357c70213e9fd4abe',
      ),
    ],
    'github-woodpecker/pull_request.closed.merged.json': [
      'anbraten/test-ready-release-go',
      'main',
      {
        outcome: 'merge',
        commit: '473d70eb7c50a54ae62bf9b124efa1c3eb245be8',
        number: 62,
        by: 'anbraten',
        people: ['anbraten'],
      },
    ],
  };

  it.skipIf(!hasEvents)(`is read as what it is (${missingEvents} where it is missing)`, () => {
    for (const path of corpusEvents()) {
      const [name, branch, read] = expected[path] ?? ['acme/config', 'main', neither];
      expect(readMergeEvent(corpusEvent(path), { name, branch }), path).toEqual(read);
    }
    expect(corpusEvents().filter((path) => path in expected)).toEqual(Object.keys(expected).sort());
  });

  it.skipIf(!hasEvents)(`is ignored for another repository or branch (${missingEvents} where it is missing)`, () => {
    const event = corpusEvent('github-woodpecker/pull_request.closed.merged.json');
    const name = 'anbraten/test-ready-release-go';
    expect(readMergeEvent(event, { name: 'acme/config', branch: 'main' })).toEqual(
      ignored('repository anbraten/test-ready-release-go is not the config repository'),
    );
    expect(readMergeEvent(event, { name, branch: 'release' })).toEqual(
      ignored('branch main is not released, release is'),
    );
    expect(readMergeEvent(event, { name: name.toUpperCase(), branch: 'main' })).toMatchObject({ outcome: 'merge' });
  });
});

describe('readMergeEvent', () => {
  const push = {
    ref: 'refs/heads/main',
    before: '1'.repeat(40),
    after: '2'.repeat(40),
    deleted: false,
    forced: false,
    repository: { full_name: 'acme/config' },
    sender: { login: 'bob' },
    commits: [{ author: { name: 'Ada', username: 'ada' }, committer: { name: 'web', username: 'web-flow' } }],
  };
  const released = { name: 'acme/config', branch: 'main' };
  it.each([
    [push, { outcome: 'merge', commit: '2'.repeat(40), by: 'bob', people: ['ada', 'bob', 'web-flow'] }],
    [{ ...push, deleted: true }, ignored('refs/heads/main was deleted')],
    [{ ...push, after: '0'.repeat(40) }, ignored('refs/heads/main was deleted')],
    [{ ...push, ref: 'refs/heads/topic' }, ignored('branch topic is not released, main is')],
    [{ ...push, ref: 'refs/heads/refs/heads/main' }, ignored('branch refs/heads/main is not released, main is')],
    [
      { ...push, after: 'HEAD' },
      { outcome: 'refused', status: 422, code: 'EVENT_MALFORMED' },
    ],
    [
      { ...push, deleted: undefined },
      { outcome: 'refused', status: 422, code: 'EVENT_MALFORMED' },
    ],
    [
      { ...push, commits: Array(10_000).fill(push.commits[0]) },
      { outcome: 'merge', people: ['ada', 'bob', 'web-flow'] },
    ],
    [
      { pull_request: {}, number: 1 },
      { outcome: 'refused', status: 422, code: 'EVENT_MALFORMED' },
    ],
    [[push], { outcome: 'refused', status: 400, code: 'EVENT_MALFORMED' }],
    [null, { outcome: 'refused', status: 400, code: 'EVENT_MALFORMED' }],
  ])('%#', (event, expected) => {
    expect(readMergeEvent(event, released)).toMatchObject(expected);
  });
});
