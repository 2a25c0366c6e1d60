import type { Signal } from '../execution.ts';
import { byteLength, type JsonObject, PAYLOAD_LIMIT, parseJson } from '../json.ts';
import { readToken, type TokenRow } from '../sqlite/tokens.ts';
import { isToken } from '../token.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { required, stringOf } from './input.ts';

/** Answers to task tokens. `InvalidToken` is not a token, `TaskDoesNotExist` is unknown or answered, `TaskTimedOut` came too late. */
export const taskOperations = ({ database, runner }: ApiParts): Readonly<Record<string, Operation>> => {
  const open = (input: JsonObject): TokenRow => {
    const token = required(input, 'taskToken');
    if (!isToken(token)) throw new WireError('InvalidToken', "Invalid Token: 'Invalid token'");
    const row = readToken(database, token);
    if (!row || row.status === 'closed')
      throw new WireError('TaskDoesNotExist', "Task does not exist: 'Provided task does not exist anymore'");
    if (row.status === 'expired')
      throw new WireError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    return row;
  };
  const answer = async (row: TokenRow, signal: Signal): Promise<JsonObject> => {
    const taken = await runner.apply(row.execution, signal);
    if (!taken) throw new WireError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    return {};
  };
  return {
    SendTaskSuccess: (input) => {
      const row = open(input);
      const text = required(input, 'output');
      const output = parseJson(text);
      if (output === undefined || byteLength(text) > PAYLOAD_LIMIT) {
        throw new WireError('InvalidOutput', `Invalid Output: it must be JSON of at most ${PAYLOAD_LIMIT} bytes`);
      }
      return answer(row, { kind: 'succeeded', frame: row.frame, attempt: row.attempt, output });
    },
    SendTaskFailure: (input) => {
      const row = open(input);
      const detail = { error: stringOf(input, 'error'), cause: stringOf(input, 'cause') };
      return answer(row, { kind: 'failed', frame: row.frame, attempt: row.attempt, detail });
    },
    SendTaskHeartbeat: (input) => {
      const row = open(input);
      return answer(row, { kind: 'heartbeat', frame: row.frame, attempt: row.attempt });
    },
  };
};
