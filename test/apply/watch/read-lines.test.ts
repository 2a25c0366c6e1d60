import { describe, expect, it } from 'vitest';
import { readLines } from '../../../shared/apply/watch/read-lines.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

const streamOf = (chunks: readonly Uint8Array[], end: 'close' | 'error' = 'close') => {
  const left = [...chunks];
  const seen = { cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const chunk = left.shift();
      if (chunk !== undefined) controller.enqueue(chunk);
      else if (end === 'error') controller.error(new Error('cut'));
      else controller.close();
    },
    cancel: () => {
      seen.cancelled = true;
    },
  });
  return { body, seen };
};

const linesOf = async (chunks: readonly Uint8Array[]): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const line of readLines(streamOf(chunks).body)) lines.push(line);
  return lines;
};

describe('readLines', () => {
  it('puts lines together from whatever pieces they come in, characters cut in two among them', async () => {
    const whole = bytes('{"a":"ä€𝄞"}\n{"b":1}\n');
    const single = [...whole].map((byte) => Uint8Array.of(byte));
    expect(await linesOf(single)).toEqual(['{"a":"ä€𝄞"}', '{"b":1}']);
    expect(await linesOf([whole])).toEqual(['{"a":"ä€𝄞"}', '{"b":1}']);
  });

  it('drops a last line that is not whole', async () => {
    expect(await linesOf([bytes('one\ntw')])).toEqual(['one']);
    expect(await linesOf([])).toEqual([]);
  });

  it('hands on what was whole before a stream broke', async () => {
    const lines: string[] = [];
    const reading = async () => {
      for await (const line of readLines(streamOf([bytes('one\ntwo\nth')], 'error').body)) lines.push(line);
    };
    await expect(reading()).rejects.toThrow('cut');
    expect(lines).toEqual(['one', 'two']);
  });

  it('lets the body go when nobody wants the rest', async () => {
    const { body, seen } = streamOf([bytes('one\ntwo\n'), bytes('three\n')]);
    for await (const line of readLines(body)) if (line === 'one') break;
    expect(seen.cancelled).toBe(true);
  });

  it('refuses a line without end', async () => {
    const mebibyte = bytes('x'.repeat(2 ** 20));
    await expect(linesOf(Array.from({ length: 17 }, () => mebibyte))).rejects.toThrow(
      'a line of more than 16777216 characters',
    );
  });
});
