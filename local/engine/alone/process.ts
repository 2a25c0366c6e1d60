/** Calls `begin` when all has been read that has come in over sockets by now. */
export const whenRead = (begin: () => void): void => void setImmediate(begin);

/** Resolves when the process is asked to end: by SIGTERM, or when `interrupted` aborts. */
export const untilTerminated = (interrupted: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => resolve();
    if (interrupted.aborted) return end();
    process.once('SIGTERM', end);
    interrupted.addEventListener('abort', end, { once: true });
  });
