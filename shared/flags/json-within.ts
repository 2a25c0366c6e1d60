/** An answer about one flag is a few kilobytes. */
const MOST_BYTES = 1_048_576;

/** The body as JSON; `undefined` where it is none, or is longer than an answer about one flag can be. */
export const jsonWithin = async (answer: Response): Promise<unknown> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    return undefined;
  }
};
