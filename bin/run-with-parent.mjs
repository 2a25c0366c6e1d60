// The process that `bootstrap.mjs` starts where another Node has to run: it runs the entry given, and ends when whoever started it is gone,
// also by a kill that nobody can handle. Otherwise the instance would go on alone, with its port and its folder, and no terminal.
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keepCompiled } from './compile-cache.mjs';

keepCompiled(dirname(import.meta.dirname));

process.once('disconnect', () => process.exit(1));
// The entry ends when it is done: what listens for the parent does not hold it.
process.channel?.unref();

process.argv.splice(1, 1);
await import(pathToFileURL(process.argv[1]).href);
