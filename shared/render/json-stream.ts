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
  const marks = /"(?:[^"\\]|\\.)*"|[{}]/gs;
  marks.lastIndex = start;
  let depth = 0;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    if (found[0] === '{') depth++;
    if (found[0] === '}' && --depth === 0) return marks.lastIndex;
  }
  return undefined;
};
