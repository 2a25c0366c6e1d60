/** Characters of a value that a message may repeat. */
const most = 120;
const before = 'Invalid value: ';

/** What was there beside what was sent, line by line, in the two forms in which it is printed behind a message. */
const comparison = /\n(?:@@ |\s*&?[a-z]+\.[A-Z]\w*\{)[\s\S]*$/;

/**
 * A message of the API server as one line, without the large values it repeats: of a pod template that can not be changed it prints all of
 * it, and what is wrong with it only behind; of a claim and a Pod all that differs.
 */
export const withoutBulk = (message: string): string =>
  withoutValues(message.replace(comparison, '')).replaceAll(/\s*\n\s*/g, ' ');

const withoutValues = (message: string): string => {
  const parts: string[] = [];
  let from = 0;
  for (let at = message.indexOf(before); at !== -1; at = message.indexOf(before, from)) {
    const begin = at + before.length;
    const end = endOfValue(message, begin);
    parts.push(message.slice(from, begin), end - begin > most ? '…' : message.slice(begin, end));
    from = end;
  }
  return [...parts, message.slice(from)].join('');
};

/** Where a value that begins with a bracket ends; at once for any other. */
const endOfValue = (message: string, begin: number): number => {
  let depth = 0;
  let isText = false;
  for (let at = begin; at < message.length; at++) {
    const character = message[at] ?? '';
    if (character === '"' && message[at - 1] !== '\\') isText = !isText;
    if (isText) continue;
    if ('{['.includes(character)) depth++;
    else if ('}]'.includes(character)) depth--;
    if (depth === 0) return at === begin ? begin : at + 1;
  }
  return message.length;
};
