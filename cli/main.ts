import { runCli } from './program.ts';
import { processTerminal } from './terminal.ts';

// Not by exitCode: sockets that are kept alive for a next request, which will not come, would hold the process for a minute.
process.exit(await runCli(process.argv.slice(2), processTerminal()));
