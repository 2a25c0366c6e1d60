import type { Engine } from '../../local/engine/engine.ts';

/** What has an engine: a workbench, as a rule. */
interface Bench {
  readonly engine: Engine;
}

/** An answer of the API as it travels. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends one request of any shape, as no client would let through. */
export const post = async ({ engine }: Bench, operation: string, body: unknown): Promise<Answer> => {
  const response = await engine.handle(
    new Request('http://127.0.0.1/', {
      method: 'POST',
      headers: { 'x-amz-target': `AWSStepFunctions.${operation}`, 'content-type': 'application/x-amz-json-1.0' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
  return { status: response.status, body: (await response.json()) as Answer['body'] };
};

/** The name of the error that refuses a request, and its text. */
export const refusalOf = async (bench: Bench, operation: string, body: unknown): Promise<readonly unknown[]> => {
  const { status, body: answer } = await post(bench, operation, body);
  return status === 200 ? ['accepted'] : [String(answer.__type).split('#')[1], answer.message];
};
