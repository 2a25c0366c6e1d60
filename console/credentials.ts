/** The bearer token that a request brings; `undefined` for none. */
export const bearerOf = ({ headers }: Request): string | undefined =>
  /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];

/** The value of a cookie that a request brings; `undefined` for none of that name. */
export const cookieOf = ({ headers }: Request, name: string): string | undefined =>
  (headers.get('cookie') ?? '')
    .split('; ')
    .find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1);
