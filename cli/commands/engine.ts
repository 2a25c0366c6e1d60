import { resolve } from 'node:path';
import { functionFolder, isFolder } from '../../local/engine/alone/function-folder.ts';
import { untilTerminated, whenRead } from '../../local/engine/alone/process.ts';
import { s3Objects } from '../../local/engine/alone/s3.ts';
import { serve } from '../../local/engine/alone/serve.ts';
import { createEngine, type Engine, type EngineOptions } from '../../local/engine/engine.ts';
import { DatabaseRefused } from '../../local/engine/sqlite/open-file.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import { type Run, textOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { badInput, Stop } from '../stop.ts';

/**
 * `tidegate engine`: Step Functions alone, for clients of any account and region, until SIGTERM or Ctrl-C. Executions that were
 * running when the process died go on when it is started again with the same `--data`. What can not be written ends it with 1.
 */
export const run: Run = async (_, options, { terminal }) => {
  const port = portOf(textOption(options, 'port') ?? '0');
  const data = textOption(options, 'data');
  const functions = textOption(options, 'functions');
  const { clock } = terminal;
  const broken = Promise.withResolvers<never>();
  // It may break before anybody waits for that.
  broken.promise.catch(() => {});
  const folder = functions === undefined ? undefined : folderOf(resolve(terminal.directory, functions));
  const engine = open({
    clock,
    random: systemRandom,
    database: data === undefined ? ':memory:' : resolve(terminal.directory, data),
    region: terminal.env.AWS_REGION ?? 'us-east-1',
    account: '000000000000',
    invoke: functionFolder(folder, { clock, env: terminal.env, print: terminal.draw }),
    objects: s3Objects(terminal.env),
    soon: whenRead,
    broken: (thrown) => broken.reject(stoppedBy(thrown, data)),
  });
  try {
    const served = await serve(engine.handle, port).catch((error: unknown) => {
      throw badInput(`--port ${port}: ${portTrouble(error)}`);
    });
    engine.resume();
    terminal.out(`ready ${served.url}`);
    await Promise.race([untilTerminated(terminal.interrupted), broken.promise]);
    return exitCodes.done;
  } finally {
    engine.close();
  }
};

const open = (options: EngineOptions): Engine => {
  try {
    return createEngine(options);
  } catch (error) {
    throw error instanceof DatabaseRefused ? badInput(`--data ${error.message}`) : error;
  }
};

const stoppedBy = (thrown: unknown, data: string | undefined): Stop => {
  const because = thrown instanceof Error ? thrown.message : String(thrown);
  const message =
    data === undefined
      ? `the engine could not go on: ${because}`
      : `--data ${data}: the engine could not go on with it: ${because}; what was running goes on when it is started again with it`;
  return new Stop(exitCodes.ourError, 'ENGINE_STOPPED', message);
};

const folderOf = (path: string): string => {
  if (isFolder(path)) return path;
  throw badInput(`--functions ${path}: there is no such folder; expected one with <name>.mjs for each function`);
};

const portTrouble = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'another process listens there; take another port, or 0 for a free one';
  if (code === 'EACCES') return 'this user may not listen there; take a port above 1023, or 0 for a free one';
  return error instanceof Error ? error.message : String(error);
};

const portOf = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw badInput(`--port ${text}: expected a number from 0 to 65535; 0 takes a free one`);
};
