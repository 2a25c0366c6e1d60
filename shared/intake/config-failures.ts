/** The config repository's server is overloaded or broken (429, 5xx). Trying again later is right. */
export class ConfigRepositoryUnavailable extends Error {
  override readonly name = 'ConfigRepositoryUnavailable';
  constructor(subject: string, because: string) {
    super(`config repository ${subject}: ${because}; it is tried again`);
  }
}

/** The config repository refuses us or is not there (401, 403, 404): a person has to change a token, a right or a setting. */
export class ConfigRepositoryRefused extends Error {
  override readonly name = 'ConfigRepositoryRefused';
  constructor(subject: string, because: string) {
    super(`config repository ${subject}: ${because}`);
  }
}

/** The commit holds what can not be released: too much, a symbolic link, a name that leaves the repository. */
export class ConfigRefused extends Error {
  override readonly name = 'ConfigRefused';
  constructor(commit: string, because: string) {
    super(`config at ${commit.slice(0, 12)}: ${because}`);
  }
}

const nextSteps: Readonly<Record<number, string>> = {
  301: 'it has moved; put its new name and address into the settings',
  401: 'the token is not accepted; store a valid one in the secret that tokenSecret names',
  403: 'the token lacks a right; it needs contents and pull requests, read and write',
  404: 'it is not there, or the token can not see it; check the name and the rights of the token',
};

/** Throws the failure that a status stands for; `subject` says what was asked. Headers tell a rate limit from a refusal. */
export const throwFailure = (subject: string, status: number, headers: Headers): never => {
  const limited = headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0';
  if (status === 429 || (status === 403 && limited)) {
    throw new ConfigRepositoryUnavailable(subject, `asks us to slow down (${status})`);
  }
  if (status >= 500) throw new ConfigRepositoryUnavailable(subject, `answered ${status}`);
  const next = nextSteps[status] ?? 'this was not expected; check the address in the settings';
  throw new ConfigRepositoryRefused(subject, `answered ${status}: ${next}`);
};
