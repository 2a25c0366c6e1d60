import { type Token, tokensOf } from './lexer.ts';
import { QueryUnreadable } from './syntax.ts';

/** A place in the tokens of one query. */
export interface TokenReader {
  peek(ahead?: number): Token;
  next(): Token;
  /** Goes on when the next token is this sign or word, and says whether it was. */
  take(text: string): boolean;
  /** Goes on, or throws: `where` is the construct being read. */
  expect(text: string, where: string): void;
  refuse(token: Token, because: string): never;
  unexpected(token: Token, where: string, expected?: string): never;
  /** Reads one level deeper. A query is written by hand: one that is nested beyond 64 levels is after the stack. */
  nested<Value>(read: () => Value): Value;
}

const MAX_DEPTH = 64;

export const readTokens = (text: string): TokenReader => {
  const tokens = tokensOf(text);
  const end: Token = { kind: 'end', text: '', at: text.length };
  let index = 0;
  let depth = 0;
  const refuse = (token: Token, because: string): never => {
    throw new QueryUnreadable(text, token.at, because);
  };
  const unexpected = (token: Token, where: string, expected?: string): never => {
    const found = token.kind === 'end' ? 'end of input' : JSON.stringify(token.text);
    return refuse(token, `unexpected ${found} in ${where}${expected === undefined ? '' : `, expected ${expected}`}`);
  };
  const peek = (ahead = 0): Token => tokens[index + ahead] ?? end;
  const take = (wanted: string): boolean => {
    const { kind, text: found } = peek();
    if ((kind !== 'sign' && kind !== 'name') || found !== wanted) return false;
    index += 1;
    return true;
  };
  return {
    peek,
    take,
    refuse,
    unexpected,
    next: () => {
      const token = peek();
      index += 1;
      return token;
    },
    expect: (wanted, where) => {
      if (!take(wanted)) unexpected(peek(), where, JSON.stringify(wanted));
    },
    nested: (read) => {
      depth += 1;
      if (depth > MAX_DEPTH) refuse(peek(), `nested deeper than ${MAX_DEPTH} levels`);
      const value = read();
      depth -= 1;
      return value;
    },
  };
};
