/** A line of a watch that is longer than any object the API server would keep (it takes requests up to 3 MiB). */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

const longest = 16 * 2 ** 20;

/**
 * The lines of a streamed body as they become whole, in whatever pieces they arrive. A last line without its end is dropped: the
 * stream was cut in it. Leaving the loop lets the body go. Throws `LineTooLong` beyond 16 Mi characters, and what reading throws.
 */
export async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let begun = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const [first = '', ...others] = decoder.decode(value, { stream: true }).split('\n');
      begun += first;
      for (const next of others) {
        yield begun;
        begun = next;
      }
      if (begun.length > longest) throw new LineTooLong(`a line of more than ${longest} characters`);
    }
  } finally {
    // Nobody waits for what the other side makes of it.
    reader.cancel().catch(() => undefined);
  }
}
