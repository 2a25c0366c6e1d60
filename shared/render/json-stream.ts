/**
 * Where the values of a stream of JSON texts begin and end (`jq -c`, several answers of `kubectl get -o json` behind each other): objects
 * with nothing but white space between them, as kubectl reads a file that begins with `{`. `undefined` where the text is no such
 * stream; whether each value is JSON is not looked at.
 */
export const splitJsonStream = (text: string): readonly (readonly [start: number, end: number])[] | undefined => {
  const values: (readonly [number, number])[] = [];
  let at = 0;
  for (;;) {
    while (' \t\r\n'.includes(text[at] ?? '.')) at++;
    if (at >= text.length) return values;
    const end = text[at] === '{' ? endOfObject(text, at) : undefined;
    if (end === undefined) return undefined;
    values.push([at, end]);
    at = end;
  }
};

/** Behind the brace that closes the one at `start`. Braces within strings are none. */
const endOfObject = (text: string, start: number): number | undefined => {
  const marks = /["{}]/g;
  marks.lastIndex = start;
  let depth = 0;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    if (found[0] === '"') marks.lastIndex = endOfString(text, found.index);
    if (found[0] === '{') depth++;
    if (found[0] === '}' && --depth === 0) return marks.lastIndex;
  }
  return undefined;
};

/** Behind the quote that closes the one at `start`. Not by one expression: its stack ends within a string of some megabytes. */
const endOfString = (text: string, start: number): number => {
  let close = text.indexOf('"', start + 1);
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close === -1 ? text.length : close + 1;
};

const isEscaped = (text: string, quote: number): boolean => {
  let at = quote;
  while (text[at - 1] === '\\') at--;
  return (quote - at) % 2 === 1;
};
