import { expect, test } from 'vitest';
import { readCause } from '../../shared/rollout/read-cause.ts';

test.for([
  { text: 'nobody decided', read: 'nobody decided' },
  {
    text: 'Unreachable: {"errorType":"Unreachable","errorMessage":"GET \\"x\\": no answer","trace":["at a (b.ts:1)"]}',
    read: 'Unreachable: GET "x": no answer',
  },
  {
    text: 'Unreachable: {"errorType":"Unreachable","errorMessage":"cut in the mid',
    read: 'Unreachable: cut in the mid',
  },
  { text: '{"errorMessage":"two\\nlines"}', read: 'two lines' },
])('$text', ({ text, read }) => {
  expect(readCause(text)).toBe(read);
});
