import { expect, it } from 'vitest';
import { readableText } from '../../../shared/apply/settle/readable-text.ts';

it.each([
  ['plain', 'täglich €\t👩‍🚀', 'täglich €\t👩‍🚀'],
  ['colours', '\u001b[31merror\u001b[0m and \u001b[1;32mmore', 'error and more'],
  ['what moves the cursor', '\u001b[2J\u001b[Hgone', '·[2J·[Hgone'],
  ['a title, a bell, a backspace', '\u001b]0;x\u0007a\b', '·]0;x·a·'],
  ['what turns the direction of writing', 'a\u202etxt.exe', 'a·txt.exe'],
  ['C1 controls', 'a\u009b31mb', 'a·31mb'],
])('shows %s', (_, text, shown) => {
  expect(readableText(text)).toBe(shown);
});
