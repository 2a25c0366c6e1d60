/**
 * What Step Functions hands on of a failed function, as a sentence: Lambda gives the cause as JSON with type, message and trace, which
 * may be cut off; a trace is never shown. Text of any other form is returned as it is, cut to 500 characters.
 */
export const readCause = (text: string): string => {
  const message = /"errorMessage":\s*"((?:[^"\\]|\\.)*)/.exec(text)?.[1];
  if (message === undefined) return text.slice(0, 500);
  const name = /^([\w.]+): \{/.exec(text)?.[1];
  const spoken = message
    .replaceAll(/\\(["\\/])/g, '$1')
    .replaceAll(/\\[nrt]/g, ' ')
    .replaceAll(/\\u[0-9a-fA-F]{0,4}/g, '?');
  return `${name === undefined ? '' : `${name}: `}${spoken}`.slice(0, 500);
};
