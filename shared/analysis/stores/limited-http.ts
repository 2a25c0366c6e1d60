import type { Http } from '../../outside/http.ts';
import { printable } from './ask-store.ts';

/** An answer to one of our questions is far below this. */
const MOST_BYTES = 2_097_152;

/** What no service answers in, and something in between might. What stands in for AWS does not always say the right one. */
const UNEXPECTED = /^(text\/html|application\/octet-stream|image\/|video\/|audio\/)/i;

/**
 * For the SDK, which sends by itself: only to where the source may be found, no more of an answer than `MOST_BYTES`, and none of another
 * kind than such a service gives.
 */
export const limited =
  (http: Http, allow: readonly string[]): Http =>
  async (url, init) => {
    const response = await http(url, { ...init, allow });
    if (response.body === null) return response;
    const type = response.headers.get('content-type');
    if (response.status === 200 && type !== null && UNEXPECTED.test(type)) {
      await response.body.cancel();
      throw new Error(`the answer is ${printable(type)}, expected one of AWS`);
    }
    let size = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          size += chunk.byteLength;
          if (size > MOST_BYTES) controller.error(new Error(`the answer has more than ${MOST_BYTES} bytes`));
          else controller.enqueue(chunk);
        },
      }),
    );
    return new Response(counted, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
