/** The body as text, or `undefined` when it has more than `mostBytes`; the rest is not read then. Throws on bytes that are not UTF-8. */
export const readCapped = async (response: Response, mostBytes: number): Promise<string | undefined> => {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > mostBytes) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
};
